"""What a rig must remember across restarts: numbers in use, and requests answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from device.contract.message import encode_json
from device.contract.names import is_shot_id
from device.contract.shot_id import parse_serial
from device.shots.spool import NO_ROOM, SpoolError
from device.system.durable_file import has_no_room, write_durably
from device.system.state_file import keep_copy, parse_object, put_aside, read_document

# Enough for years of retakes and for any client that repeats a request; both keep the newest.
_MOST_TAKES = 2000
_MOST_ANSWERS = 500
# A shot's id has room for twelve digits.
_LARGEST = 10**12 - 10**6


class Ledger:
    """Serial numbers, take numbers and answers, in one small file.

    For any thread.
    """

    def __init__(
        self,
        state_dir: Path,
        newest_serial: int,
        give_way: Callable[[int], bool] = has_no_room,
    ) -> None:
        """Open the ledger.

        Args:
            state_dir: where ``ledger.json`` is.
            newest_serial: the highest number seen elsewhere; numbering goes on above it.
            give_way: makes room for so many bytes on a full disk; returns False where it cannot.

        Raises:
            UsageError: it is there and this user may not read it. Any other fault of the file puts
                it aside: what is whole in it is kept.
        """
        self._path = state_dir / "ledger.json"
        self._lock = threading.RLock()
        self._give_way = give_way
        self._is_unwritten = False
        self._serial = 0
        self._takes: dict[str, int] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._load()
        self._serial = max(self._serial, newest_serial)

    @property
    def serial(self) -> int:
        """The last number that was given."""
        return self._serial

    def number(self, *, sku: str | None, view: str | None, stem: str | None) -> tuple[int, int]:
        """Take the next serial number, and the take number of this SKU and view or file.

        Raises:
            SpoolError: it cannot be written down, so the numbers must not be used.
        """
        key = f"sku/{sku}/{view or ''}" if sku is not None else f"stem/{stem}" if stem else None
        if key is not None:  # A file's name may have bytes that are no text.
            key = key.encode("utf-8", "backslashreplace").decode()
        with self._lock:
            return self._number(key)

    def _number(self, key: str | None) -> tuple[int, int]:
        serial = self._serial + 1
        take = 1 if key is None else self._takes.get(key, 0) + 1
        takes = dict(self._takes)
        if key is not None:
            takes.pop(key, None)  # The newest goes to the end, the oldest are dropped.
            takes[key] = take
        takes = dict(list(takes.items())[-_MOST_TAKES:])
        self._save(serial, takes, self._answers)
        self._serial, self._takes = serial, takes
        return serial, take

    def answer(self, request_id: str) -> dict[str, Any] | None:
        """Return what was answered to a request; None when it is new."""
        return self._answers.get(request_id)

    def remember(self, request_id: str, answer: dict[str, Any]) -> None:
        """Write down an answer, so that the same request is never worked on twice.

        Raises:
            SpoolError: it cannot be written down; it is known until the process ends, and `flush`
                writes it.
        """
        with self._lock:
            answers = {**self._answers, request_id: answer}
            self._answers = dict(list(answers.items())[-_MOST_ANSWERS:])
            self._is_unwritten = True
            self._save(self._serial, self._takes, self._answers)

    def flush(self) -> None:
        """Write down what the disk refused before; cheap when there is nothing.

        Raises:
            SpoolError: the disk still refuses.
        """
        with self._lock:
            if self._is_unwritten:
                self._save(self._serial, self._takes, self._answers)

    def _save(self, serial: int, takes: dict[str, int], answers: dict[str, dict[str, Any]]) -> None:
        document = encode_json({"serial": serial, "takes": takes, "answers": answers})
        while True:
            try:
                write_durably(self._path, document)
                break
            except OSError as error:
                if error.errno in NO_ROOM and self._give_way(len(document)):
                    continue
                raise SpoolError(f"{self._path} cannot be written ({error.strerror})") from error
        self._is_unwritten = False

    def _load(self) -> None:
        data = read_document(self._path)
        if data is None:
            return
        try:
            document = parse_object(data)
        except ValueError as error:
            put_aside(self._path, str(error))
            return
        serial, takes, answers = (document.get(key) for key in ("serial", "takes", "answers"))
        known = serial if isinstance(serial, int) and _is_number(serial) else 0
        self._takes = _keep_whole(takes, _is_number)
        self._answers = _keep_whole(answers, _is_answer)
        # Of a file that lost its number the answers still say which numbers were used.
        shots = (answer.get("shot_id") for answer in self._answers.values())
        used = (parse_serial(str(shot_id)) for shot_id in shots if is_shot_id(shot_id))
        self._serial = max(known, *filter(_is_number, used), 0)
        if (self._serial, self._takes, self._answers) != (serial, takes, answers):
            keep_copy(self._path, data, "parts of it are no numbers or answers and are left out")


def _keep_whole(entries: object, is_whole: Callable[[object], bool]) -> dict[str, Any]:
    if not isinstance(entries, dict):
        return {}
    return {key: entry for key, entry in entries.items() if is_whole(entry)}


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST


def _is_answer(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("code"), str)
