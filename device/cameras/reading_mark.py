"""Which photo a rig was at when its process died: it must not come first for ever."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path

from device.contract.text import format_count, strip_unprintable
from device.errors import UsageError
from device.system.state_file import parse_object, read_document

_LOG = logging.getLogger(__name__)
# A power cut, or memory that was short, is no fault of a photo; not thrice at the same one.
_MOST_ENDS = 3


class ReadingMark:
    """A small file that is there while a photo is worked on. Not synced: it outlives a process.

    Attributes:
        suspect: name of the photo at which the last process ended without a word, or None.
    """

    def __init__(self, path: Path | None) -> None:
        """Read what an earlier process left.

        Args:
            path: the file; None keeps nothing.

        Raises:
            UsageError: this user may not read it.
        """
        self._path = path
        self._ends = 0
        self.suspect = self._read_suspect()
        if self.suspect is not None:
            _LOG.warning(
                "the program ended %s while it worked on the photo %s, which comes after the others"
                " now: if that goes on, see whether the machine has memory for it",
                format_count(self._ends, "time"),
                strip_unprintable(self.suspect, 80),
            )

    def begin(self, name: str) -> None:
        """Mark a photo that is about to be read."""
        ends = self._ends if name == self.suspect else 0
        if self._path is not None:
            with contextlib.suppress(OSError):  # The shot itself reports a full disk.
                self._path.write_text(json.dumps({"name": name, "ends": ends}), "ascii")

    def refuse(self, name: str) -> None:
        """Refuse a photo that has ended one process after another.

        Raises:
            UsageError: it has.
        """
        if name == self.suspect and self._ends >= _MOST_ENDS:
            raise UsageError(
                f"{name} has ended the program {format_count(self._ends, 'time')}: save it again"
                " as JPEG or PNG, or smaller"
            )

    def end(self) -> None:
        """Remove the mark: the photo has been worked on. Safe to call twice."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _read_suspect(self) -> str | None:
        data = None if self._path is None else read_document(self._path)
        if not data:
            return None
        try:
            known = parse_object(data)
        except ValueError:  # The process was killed while it wrote.
            return None
        name, ends = known.get("name"), known.get("ends")
        self._ends = ends + 1 if isinstance(ends, int) else 1
        return name if isinstance(name, str) else None
