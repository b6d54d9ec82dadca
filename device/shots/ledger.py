"""What a rig must remember across restarts: numbers in use, and requests answered."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from device.contract.message import encode_json
from device.shots.spool import SpoolError
from device.system.durable_file import write_durably

_LOG = logging.getLogger(__name__)
# Enough for years of retakes and for any client that repeats a request; both keep the newest.
_MOST_TAKES = 2000
_MOST_ANSWERS = 500


class Ledger:
    """Serial numbers, take numbers and answers, in one small file.

    Belongs to the shooting thread.
    """

    def __init__(self, state_dir: Path, newest_serial: int) -> None:
        """Open the ledger.

        Args:
            state_dir: where ``ledger.json`` is.
            newest_serial: the highest number seen elsewhere; numbering goes on above it.

        Raises:
            SpoolError: it is there and cannot be read.
        """
        self._path = state_dir / "ledger.json"
        self._serial = 0
        self._takes: dict[str, int] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._load()
        self._serial = max(self._serial, newest_serial)

    def number(self, *, sku: str | None, view: str | None, stem: str | None) -> tuple[int, int]:
        """Take the next serial number, and the take number of this SKU and view or file.

        Raises:
            SpoolError: it cannot be written down, so the numbers must not be used.
        """
        key = f"sku/{sku}/{view or ''}" if sku is not None else f"stem/{stem}" if stem else None
        serial = self._serial + 1
        take = 1 if key is None else self._takes.get(key, 0) + 1
        takes = dict(self._takes)
        if key is not None:
            takes.pop(key, None)  # The newest goes to the end, the oldest are dropped.
            takes[key] = take
        self._save(serial, dict(list(takes.items())[-_MOST_TAKES:]), self._answers)
        return serial, take

    def answer(self, request_id: str) -> dict[str, Any] | None:
        """Return what was answered to a request; None when it is new."""
        return self._answers.get(request_id)

    def remember(self, request_id: str, answer: dict[str, Any]) -> None:
        """Write down an answer, so that the same request is never worked on twice.

        Raises:
            SpoolError: it cannot be written down.
        """
        answers = {**self._answers, request_id: answer}
        self._save(self._serial, self._takes, dict(list(answers.items())[-_MOST_ANSWERS:]))

    def _save(self, serial: int, takes: dict[str, int], answers: dict[str, dict[str, Any]]) -> None:
        document = {"serial": serial, "takes": takes, "answers": answers}
        try:
            write_durably(self._path, encode_json(document))
        except OSError as error:
            raise SpoolError(f"{self._path} cannot be written ({error.strerror})") from error
        self._serial, self._takes, self._answers = serial, takes, answers

    def _load(self) -> None:
        try:
            document = json.loads(self._path.read_bytes())
            self._serial = int(document["serial"])
            self._takes = {str(key): int(take) for key, take in document["takes"].items()}
            self._answers = {str(key): dict(answer) for key, answer in document["answers"].items()}
        except FileNotFoundError:
            return
        except OSError as error:
            raise SpoolError(f"{self._path} cannot be read ({error.strerror})") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            torn = self._path.with_suffix(".torn")
            with contextlib.suppress(OSError):  # A disk that takes nothing is reported at a shot.
                self._path.replace(torn)
            self._serial, self._takes, self._answers = 0, {}, {}
            _LOG.warning("%s was torn (%s) and put aside as %s", self._path, error, torn.name)
