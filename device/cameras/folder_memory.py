"""Which files of a hot folder have been shot or passed over, across restarts and power cuts."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.contract.text import format_count
from device.system.durable_file import has_no_room, replace_lines_durably
from device.system.state_file import keep_copy, parse_object, read_lines
from device.version import VERSION

_LOG = logging.getLogger(__name__)
# Years of a studio, in some 70 MB of memory. A forgotten file is shot again only if it is still
# there.
_MOST_FILES = 500_000
_MOST_TORN_BYTES = 1_000_000
# A disk that refused is asked again so often.
_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Version:
    """One content of one file name. The same name with other content is another version.

    Attributes:
        name: of the file, without its folder.
        size_bytes: of the file.
        changed_ns: its time of last change.
        sha256: of the content, hexadecimal; empty where it was never read.
    """

    name: str
    size_bytes: int
    changed_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewestShot:
    """The newest shot that waits in the spool: a crash may have come before its photo was listed.

    Attributes:
        source: name of its photo, as `device.contract.text.strip_unprintable` returns it.
        sha256: of its photo.
    """

    source: str
    sha256: str


class FolderMemory:
    """A list in an append-only file: one JSON object in each line. For one thread at a time.

    In memory a file takes its name and two hashes, as a folder may hold a hundred thousand.
    """

    def __init__(
        self,
        path: Path | None,
        newest: NewestShot | None = None,
        give_way: Callable[[int], bool] = has_no_room,
    ) -> None:
        """Read the list of earlier runs; what cannot be used of it is put aside.

        Args:
            path: the list; None keeps it in memory only.
            newest: see there.
            give_way: makes room for so many bytes on a full disk; returns False where it cannot.

        Raises:
            UsageError: this user may not read the list.
        """
        self.newest = newest
        self._path = path
        self._stats: dict[str, int] = {}
        self._contents: set[int] = set()
        self._passed_over: set[str] = set()
        self._unwritten: list[bytes] = []
        self._give_way = give_way
        self._refused_s = 0.0
        self._refused_lines = 0
        if path is not None:
            self._load(path)

    @property
    def mark_path(self) -> Path | None:
        """Where the photo that is being worked on may be written down; None for nowhere."""
        return None if self._path is None else self._path.with_suffix(".reading")

    @property
    def passed_over(self) -> list[str]:
        """The names of files of which no shot could be made, in the order of the alphabet."""
        return sorted(self._passed_over)

    def knows(self, name: str) -> bool:
        """Whether a file of this name was ever listed."""
        return name in self._stats

    def has_seen(self, name: str, size_bytes: int, changed_ns: int) -> bool:
        """Whether a file has the size and time that it had when it was listed; reads no file."""
        return self._stats.get(name) == hash((size_bytes, changed_ns))

    def contains(self, version: Version) -> bool:
        """Whether this content was shot under this name."""
        return hash((version.name, version.sha256)) in self._contents

    def add(self, version: Version) -> None:
        """List a version as shot; where the disk refuses, log it and try again."""
        self._keep(version)
        self._passed_over.discard(version.name)
        self._contents.add(hash((version.name, version.sha256)))
        self._write(_format_line(version))

    def pass_over(self, version: Version, *, until_restart: bool = False) -> None:
        """List a version of which no shot can be made: until it changes, or the program does.

        Args:
            version: of the file.
            until_restart: whether it is listed in memory alone.
        """
        self._keep(version)
        self._passed_over.add(version.name)
        if not until_restart:
            self._write(_format_line(version, passed_over_by=VERSION))

    def _keep(self, version: Version) -> None:
        self._stats.pop(version.name, None)  # The newest goes to the end.
        self._stats[version.name] = hash((version.size_bytes, version.changed_ns))

    def flush(self) -> None:
        """Write down what the disk refused before, now and then; cheap when there is nothing."""
        if self._unwritten and time.monotonic() - self._refused_s >= _RETRY_S:
            self._write_all()

    def _write(self, line: bytes) -> None:
        if self._path is not None:
            self._unwritten.append(line)
            self._write_all()

    def _write_all(self) -> None:
        assert self._path is not None  # noqa: S101 - else nothing is unwritten
        # A power cut may have left half a line before this one.
        lines = b"\n" + b"".join(self._unwritten)
        while True:
            try:
                with self._path.open("ab") as file:
                    file.write(lines)
                    file.flush()
                    os.fsync(file.fileno())
                break
            except OSError as error:
                if error.errno == errno.ENOSPC and self._give_way(len(lines)):
                    continue
                self._note_refusal(error)
                return
        self._unwritten.clear()
        self._refused_lines = 0

    def _note_refusal(self, error: OSError) -> None:
        self._refused_s = time.monotonic()
        if len(self._unwritten) == self._refused_lines:
            return
        self._refused_lines = len(self._unwritten)
        _LOG.warning(
            "%s cannot be written (%s) and is tried again: until then, after a restart %d files of"
            " the hot folder may be shot again",
            self._path,
            error.strerror,
            self._refused_lines,
        )

    def _load(self, path: Path) -> None:
        last: dict[int, int] = {}  # The line of each version, as the last one counts.
        torn = bytearray()
        torn_lines = number = 0
        for number, line in enumerate(read_lines(path)):
            if not line:
                continue
            try:
                version, passed_over_by = _parse_line(line)
            except ValueError:
                torn_lines += 1
                torn += line[: _MOST_TORN_BYTES - len(torn)] + b"\n"
                continue
            if passed_over_by not in {None, VERSION}:
                continue  # This program may read it.
            self._keep(version)
            key = hash((version.name, version.sha256))
            if passed_over_by is None:
                self._contents.add(key)
                self._passed_over.discard(version.name)
            else:
                self._passed_over.add(version.name)
            last.pop(key, None)
            last[key] = number
        if torn_lines:
            count = format_count(torn_lines, "torn line")
            keep_copy(path, bytes(torn), f"it has {count}, which are passed over")
        kept = set(list(last.values())[-_MOST_FILES:])
        if torn_lines or number > 2 * len(kept) + 100:
            with contextlib.suppress(OSError):  # The longer file holds the same list.
                # Not a line more is read than is kept: what follows may be without end.
                lines = itertools.islice(read_lines(path), max(kept, default=-1) + 1)
                replace_lines_durably(
                    path, (line + b"\n" for at, line in enumerate(lines) if at in kept)
                )


def _format_line(version: Version, *, passed_over_by: str | None = None) -> bytes:
    fields: dict[str, Any] = {
        "name": version.name,
        "size_bytes": version.size_bytes,
        "changed_ns": version.changed_ns,
        "sha256": version.sha256,
    }
    if passed_over_by is not None:
        fields["passed_over_by"] = passed_over_by
    return json.dumps(fields).encode() + b"\n"


def _parse_line(line: bytes) -> tuple[Version, str | None]:
    """Read a line of the list.

    Raises:
        ValueError: it is none.
    """
    fields = parse_object(line)
    name, sha256 = fields.get("name", 0), fields.get("sha256", 0)
    size_bytes, changed_ns = fields.get("size_bytes", ""), fields.get("changed_ns", "")
    passed_over_by = fields.get("passed_over_by")
    texts = (name, sha256, passed_over_by or "")
    if not all(isinstance(each, str) for each in texts) or not all(
        isinstance(each, int) for each in (size_bytes, changed_ns)
    ):
        raise ValueError("it names no file")
    return Version(name, size_bytes, changed_ns, sha256), passed_over_by
