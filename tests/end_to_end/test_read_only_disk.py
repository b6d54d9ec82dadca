"""A disk that becomes read-only under a running daemon, and writable again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.soak.backlog import RIG, fill_spool
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, wait_until

pytestmark = pytest.mark.broker
Start = Callable[..., Program]
_WAITING = 5


class Disk:
    """A folder whose writing can be forbidden.

    Attributes:
        folder: a file system of its own where this user may mount one; else permissions forbid,
            to a daemon without the right to pass them over.
        runner: what to put before a module that is to be bound by it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
        self._mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
        self.runner = () if self._mounted else ("tests.support.unprivileged",)

    def forbid(self, *, forbid: bool) -> None:
        """Make it read-only, or writable again."""
        if self._mounted:
            mode = "ro" if forbid else "rw"
            subprocess.run(["mount", "-o", f"remount,{mode}", str(self.folder)], check=True)
            return
        for place, _, _ in os.walk(self.folder):
            Path(place).chmod(0o555 if forbid else 0o755)

    def close(self) -> None:
        """Take it away."""
        self.forbid(forbid=False)
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk for the daemon's state."""
    with closing(Disk(tmp_path / "state")) as made:
        yield made


def _studio(path: Path) -> str:
    """A minute of an empty studio."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5, (320, 240))
    for _ in range(300):
        writer.write(np.full((240, 320, 3), 200, np.uint8))
    writer.release()
    return str(path)


def test_read_only_disk_refuses_the_new_and_delivers_the_old(
    tmp_path: Path, start: Start, broker: MosquittoBroker, disk: Disk
) -> None:
    """Old shots arrive, once; new ones are refused with the reason, until there is a disk again."""
    shots = fill_spool(disk.folder, _WAITING, 4000)
    heard: list[Message] = []
    wanted = ("cutout/+", "shot/+", "status", "command/capture/result")
    login = MqttLogin(
        parse_broker(broker.address),
        "ear",
        subscriptions=tuple(f"selvedge/{RIG}/{tail}" for tail in wanted),
        session_expiry_s=600,
    )
    with closing(MqttPublisher(login, heard.append)) as ear:
        ear.connect(5)
        ear.close()
        broker.stop()
        daemon = start(
            *(*disk.runner, "device.run", "--camera", _studio(tmp_path / "studio.mp4")),
            *("--rig", RIG, "--trigger", "command", "--state-dir", str(disk.folder)),
            *("--broker", broker.address, "--broker-wait-s", "inf"),
        )
        daemon.wait_for("waits for its broker")
        disk.forbid(forbid=True)
        broker.start()
        ear.connect(5)

        def degraded() -> str:
            told = [message for message in heard if message.topic.endswith("/status")]
            return " ".join(json.loads(told[-1].payload)["degraded"]) if told else "not yet"

        def ask(request_id: str) -> dict[str, str]:
            command = json.dumps({"request_id": request_id}).encode()
            assert ear.publish(Message(f"selvedge/{RIG}/command/capture", command, 1), 5)
            wait_until(lambda: request_id in answers())
            return answers()[request_id]

        def answers() -> dict[str, dict[str, str]]:
            told = [json.loads(m.payload) for m in heard if m.topic.endswith("/result")]
            # `received` goes ahead of an answer that takes long.
            return {one["request_id"]: one for one in told if one["code"] != "received"}

        wait_until(lambda: len(_of(heard, "shot")) == _WAITING)
        wait_until(lambda: "cannot be deleted" in degraded())
        answer = ask("first")
        assert answer["code"] == "refused"
        assert "cannot be written" in answer["error"]
        wait_until(lambda: "a shot was refused" in degraded())
        assert _of(heard, "cutout") == _of(heard, "shot") == shots
        disk.forbid(forbid=False)
        wait_until(lambda: list((disk.folder / "spool").iterdir()) == [])
        answer = ask("second")
        assert answer["code"] == "taken", answer
        wait_until(lambda: answer["shot_id"] in _of(heard, "shot"))
        wait_until(lambda: degraded() == "")
        assert daemon.end(signal.SIGTERM) == 0, daemon.text
    assert _of(heard, "cutout") == _of(heard, "shot") == [*shots, answer["shot_id"]]
    assert daemon.text.count("stays on disk") == 1
    assert "Traceback" not in daemon.text


def _of(heard: list[Message], kind: str) -> list[str]:
    return [message.topic.rpartition("/")[2] for message in heard if f"/{kind}/" in message.topic]
