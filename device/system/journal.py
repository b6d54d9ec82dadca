"""A file that grows by lines, each one JSON object that is durable when it was added."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from device.errors import WorkError
from device.system.durable_file import has_no_room, replace_lines_durably, sync_folder
from device.system.state_file import parse_object, read_lines


class JournalError(WorkError):
    """The disk did not take what was to be remembered."""


class Journal:
    """Adds lines and reads them back; for one thread at a time.

    A kill at any moment leaves whole lines and at most a half one, which is passed over.
    """

    def __init__(self, path: Path, give_way: Callable[[int], bool] = has_no_room) -> None:
        """Open a journal, whether the file is there or not.

        Args:
            path: the file; its folder must exist.
            give_way: makes room for so many bytes on a full disk; returns False where it cannot.
        """
        self._path = path
        self._give_way = give_way

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield what was added, the oldest first.

        Raises:
            UsageError: this user may not read the file.
        """
        for line in read_lines(self._path):
            with contextlib.suppress(ValueError):  # The half line of a power cut, or an empty one.
                yield parse_object(line)

    def add(self, document: Mapping[str, object]) -> None:
        """Add a line; when this returns it survives whatever happens.

        Raises:
            JournalError: the disk did not take it; it may be there after a restart all the same.
        """
        # A power cut may have left half a line before this one.
        line = b"\n" + _format(document)
        while True:
            try:
                self._append(line)
                break
            except OSError as error:
                no_room = error.errno in {errno.ENOSPC, errno.EDQUOT}
                if no_room and self._give_way(len(line)):
                    continue
                raise self._refuse(error) from error

    def replace(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Replace all lines, as a whole or not at all.

        Raises:
            JournalError: the disk did not take it; the file is as it was.
        """
        try:
            replace_lines_durably(self._path, map(_format, documents))
        except OSError as error:
            raise self._refuse(error) from error

    def _append(self, line: bytes) -> None:
        is_new = not self._path.exists()
        with self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self._path.parent)

    def _refuse(self, error: OSError) -> JournalError:
        return JournalError(f"{self._path} cannot be written ({error.strerror})")


def _format(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"
