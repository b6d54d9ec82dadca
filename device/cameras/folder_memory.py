"""Which files of a hot folder have been shot, across restarts and power cuts."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from device.errors import UsageError
from device.system.durable_file import write_durably

_LOG = logging.getLogger(__name__)
# A studio's files of many months. A forgotten file is shot again only if it is still there.
_MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Version:
    """One content of one file name. The same name with other content is another version.

    Attributes:
        name: of the file, without its folder.
        size_bytes: of the file.
        changed_ns: its time of last change.
        sha256: of the content, hexadecimal.
    """

    name: str
    size_bytes: int
    changed_ns: int
    sha256: str

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: a file that was only touched is not a new picture."""
        return self.name, self.sha256


class FolderMemory:
    """A list in an append-only file: one JSON object in each line. For one thread at a time."""

    def __init__(self, path: Path | None, shot_last: tuple[str, str] | None = None) -> None:
        """Read the list of earlier runs.

        Args:
            path: the list; None keeps it in memory only.
            shot_last: file name and ``captured_at`` of the newest shot that waits in the spool: a
                crash may have come before it was listed.

        Raises:
            UsageError: the list is there and cannot be read.
        """
        self.shot_last = shot_last
        self._path = path
        self._versions: dict[tuple[str, str], Version] = {}
        self._stats: dict[str, tuple[int, int]] = {}
        self._unwritten: list[Version] = []
        if path is not None:
            self._load(path)

    def has_seen(self, name: str, size_bytes: int, changed_ns: int) -> bool:
        """Whether a file has the size and time that it had when it was listed; reads no file."""
        return self._stats.get(name) == (size_bytes, changed_ns)

    def contains(self, version: Version) -> bool:
        """Whether this content was shot under this name."""
        return version.key in self._versions

    def add(self, version: Version) -> None:
        """Add a version; where the disk refuses, log it and write it with the next one."""
        self._keep(version)
        self._unwritten.append(version)
        if self._path is None:
            return
        try:
            with self._path.open("ab") as file:
                # A power cut may have left half a line before this one.
                file.write(b"\n" + _format_lines(self._unwritten))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            _LOG.warning(
                "%s cannot be written (%s): after a restart %d files of the hot folder may be"
                " shot again",
                self._path,
                error.strerror,
                len(self._unwritten),
            )
            return
        self._unwritten.clear()

    def _keep(self, version: Version) -> None:
        self._versions.pop(version.key, None)  # The newest goes to the end.
        self._versions[version.key] = version
        self._stats[version.name] = (version.size_bytes, version.changed_ns)

    def _load(self, path: Path) -> None:
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read ({error.strerror}): it lists which files of the hot folder"
                " were shot; give this user the right to read it"
            ) from error
        torn = 0
        for line in filter(None, lines):
            try:
                self._keep(_parse_version(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError):  # noqa: PERF203 - each its own
                torn += 1
        if torn:
            _LOG.warning("%s has %d torn lines, which are passed over", path, torn)
        newest = list(self._versions.values())[-_MOST_FILES:]
        self._versions = {version.key: version for version in newest}
        if torn or len(lines) > 2 * len(newest) + 100:
            with contextlib.suppress(OSError):  # The longer file holds the same list.
                write_durably(path, _format_lines(newest))


def _format_lines(versions: Iterable[Version]) -> bytes:
    return b"".join(json.dumps(asdict(version)).encode() + b"\n" for version in versions)


def _parse_version(fields: dict[str, object]) -> Version:
    name, sha256 = fields["name"], fields["sha256"]
    size_bytes, changed_ns = fields["size_bytes"], fields["changed_ns"]
    if not (isinstance(name, str) and isinstance(sha256, str)):
        raise TypeError("no names")
    if not (isinstance(size_bytes, int) and isinstance(changed_ns, int)):
        raise TypeError("no numbers")
    return Version(name, size_bytes, changed_ns, sha256)
