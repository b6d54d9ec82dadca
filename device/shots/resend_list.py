"""Delivered shots that somebody has asked for again, until they are sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from device.contract.message import encode_json
from device.contract.names import is_shot_id
from device.system.durable_file import write_durably
from device.system.state_file import parse_object, put_aside, read_document

_LOG = logging.getLogger(__name__)
# A client asks again within moments, if ever; an answer may name hundreds of ids.
_MOST_ANSWERS = 16
# To write the file for each shot of a long list would be most of what is written. So many of a
# short one cost little to send again.
_SAVED_SHARE = 8
_FEW = 4


class ResendList:
    """Ids in their order, and the answers that were given, in one small file. For any thread.

    It is written when a request is accepted, with its answer, then each time an eighth of it is
    sent, and when the last shot is: a kill in between sends a few shots once more, and subscribers
    know their ids.

    Attributes:
        additions: how often shots were added in this run.
    """

    def __init__(self, state_dir: Path) -> None:
        """Read what an earlier run has left.

        Args:
            state_dir: where ``resend.json`` is.

        Raises:
            UsageError: this user may not read it.
        """
        self._path = state_dir / "resend.json"
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}  # In their order.
        self._answers: dict[str, dict[str, Any]] = {}
        self.additions = 0
        self._unsaved = 0  # How many were removed since it was written.
        self._load()

    def __len__(self) -> int:
        """How many shots are still to be sent."""
        return len(self._waiting)

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot is still to be sent."""
        return shot_id in self._waiting

    def answer(self, request_id: str) -> dict[str, Any] | None:
        """Return what was answered to a request; None when it is new."""
        return self._answers.get(request_id)

    def add(self, request_id: str, answer: dict[str, Any], shot_ids: Sequence[str]) -> None:
        """Let shots wait, behind those that do already, and keep the answer."""
        with self._lock:
            self.additions += 1
            self._waiting.update(dict.fromkeys(shot_ids))
            answers = {**self._answers, request_id: answer}
            self._answers = dict(list(answers.items())[-_MOST_ANSWERS:])
            self._save()

    def first(self, but: Collection[str]) -> str | None:
        """Return the shot to send next, except ``but``; None when none waits."""
        with self._lock:
            return next((shot_id for shot_id in self._waiting if shot_id not in but), None)

    def remove(self, shot_id: str) -> None:
        """Take out a shot that was sent, or that cannot be."""
        with self._lock:
            if shot_id not in self._waiting:
                return
            del self._waiting[shot_id]
            self._unsaved += 1
            left = len(self._waiting)
            if not left or self._unsaved >= max(_FEW, left // _SAVED_SHARE):
                self._save()

    def clear(self, additions: int) -> int:
        """Take out all shots, unless more were added since; returns how many there were."""
        with self._lock:
            if additions != self.additions:
                return 0
            number = len(self._waiting)
            self._waiting = {}
            self._save()
        return number

    def _save(self) -> None:
        self._unsaved = 0
        document = {"waiting": list(self._waiting), "answers": self._answers}
        try:
            write_durably(self._path, encode_json(document))
        except OSError as error:  # Everything is in memory; a restart would know less.
            _LOG.warning("%s cannot be written (%s)", self._path, error.strerror)

    def _load(self) -> None:
        data = read_document(self._path)
        if data is None:
            return
        try:
            document = parse_object(data)
        except ValueError as error:
            put_aside(self._path, str(error))
            return
        waiting, answers = document.get("waiting"), document.get("answers")
        if isinstance(waiting, list):
            self._waiting = dict.fromkeys(filter(is_shot_id, waiting))
        if isinstance(answers, dict):
            self._answers = {key: each for key, each in answers.items() if isinstance(each, dict)}
