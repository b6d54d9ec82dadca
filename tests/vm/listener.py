"""A catalogue tool outside the machine that notes everything the rigs say, and when."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion


class NotHeardError(Exception):
    """What was waited for did not come."""


class Listener:
    """A subscriber with a session of its own at the broker; any client could be it."""

    def __init__(self, port: int) -> None:
        """Connect to the broker on this machine."""
        self.statuses: list[tuple[float, str, dict[str, Any]]] = []
        self.shots: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, str] = {}
        self.repeats: Counter[str] = Counter()
        self.answers: dict[str, dict[str, Any]] = {}
        self._news = threading.Condition()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id="catalogue", clean_session=False
        )
        self._client.on_connect = self._subscribe
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def ask(self, rig: str, request_id: str) -> None:
        """Ask a rig for a shot."""
        payload = json.dumps({"request_id": request_id})
        self._client.publish(f"selvedge/{rig}/command/capture", payload, qos=1)

    def wait_until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> float:
        """Wait for something heard to be so; returns how long it took.

        Raises:
            NotHeardError: it was not in time.
        """
        start_s = time.monotonic()
        with self._news:
            if not self._news.wait_for(condition, timeout_s):
                raise NotHeardError(f"{what}: not within {timeout_s:g} s")
        return time.monotonic() - start_s

    def wait_for_status(
        self,
        rig: str,
        wanted: Callable[[dict[str, Any]], bool],
        timeout_s: float,
        since_s: float,
        what: str,
    ) -> float:
        """Wait for a status of a rig that came after a moment; returns how long after it."""

        def found() -> list[float]:
            return [
                at_s - since_s
                for at_s, who, status in self.statuses
                if who == rig and at_s >= since_s and wanted(status)
            ]

        self.wait_until(lambda: bool(found()), timeout_s, what)
        return found()[0]

    def ids(self, rig: str) -> set[str]:
        """The shots of a rig that have arrived whole: announced, with their picture."""
        with self._news:
            return {
                shot_id
                for shot_id, shot in self.shots.items()
                if shot["rig"] == rig and self.pictures.get(shot_id) == shot["sha256"]
            }

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: paho.Client, *_: object) -> None:
        client.subscribe("selvedge/#", qos=1)

    def _hear(self, _: paho.Client, __: object, message: paho.MQTTMessage) -> None:
        at_s = time.monotonic()
        rig, kind, *rest = message.topic.split("/")[1:]
        with self._news:
            if kind == "status":
                if message.retain:
                    return  # What the broker remembers, not what the rig says now.
                self.statuses.append((at_s, rig, json.loads(message.payload)))
            elif kind == "cutout":
                self.pictures[rest[0]] = hashlib.sha256(message.payload).hexdigest()
            elif kind == "shot":
                self.shots[rest[0]] = json.loads(message.payload)
                self.repeats[rest[0]] += 1
            elif kind == "command" and rest[-1] == "result":
                answer = json.loads(message.payload)
                if answer["code"] != "received":  # The word that comes before the shot.
                    self.answers[str(answer["request_id"])] = answer
            self._news.notify_all()
