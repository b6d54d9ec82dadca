"""What lies in a hot folder and is never shot: pictures of other formats, folders, links."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from device.contract.text import strip_unprintable
from device.imaging.photo import FORMAT_NAMES, SUFFIXES

_LOG = logging.getLogger(__name__)
# Of cameras and phones: raw files, and what is no photo for a catalogue yet.
_OTHER_PICTURES = frozenset(
    f".{ending}"
    for endings in (
        "3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq kdc mef mos mrw nef nrw orf pef raf raw",
        "rw2 rwl sr2 srf srw x3f avif gif heic heif jp2 jxl psb psd",
    )
    for ending in endings.split()
)
# What a disk keeps for itself, beside what is hidden or begins with a sign.
_OF_THE_DISK = frozenset(("lost+found", "System Volume Information", "__MACOSX"))
_MOST_NAMED = 3


class FolderSurvey:
    """Collects, listing by listing, what somebody may be waiting for in vain.

    Each finding is logged when it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._findings: dict[str, str] = {}
        self._pictures: list[str] = []
        self._folders: list[str] = []
        self._links: list[str] = []

    @property
    def findings(self) -> tuple[str, ...]:
        """One sentence for each kind of thing that lies there."""
        return tuple(self._findings.values())

    def begin(self) -> None:
        """Begin a listing."""
        self._pictures, self._folders, self._links = [], [], []

    def add(self, entry: os.DirEntry[str]) -> None:
        """Take what is no photo to be read."""
        name = entry.name
        if name.startswith((".", "@", "#", "$")) or name in _OF_THE_DISK:
            return
        if entry.is_symlink():
            if _suffix(name) in SUFFIXES:
                self._links.append(name)
        elif entry.is_dir(follow_symlinks=False):
            self._folders.append(name)
        elif _suffix(name) in _OTHER_PICTURES:
            self._pictures.append(name)

    def end(self, photos: Iterable[str]) -> None:
        """End a listing.

        Args:
            photos: the names of all photos that are read. A raw file beside the JPEG of its name
                is as it should be.
        """
        found: dict[str, str] = {}
        if self._pictures:
            stems = {_stem(name) for name in photos}
            kinds = sorted({
                _suffix(name)[1:].upper() for name in self._pictures if _stem(name) not in stems
            })  # fmt: skip
            if kinds:
                found["pictures"] = (
                    f"pictures of other kinds in {self._folder} are passed over"
                    f" ({', '.join(kinds)}): let the camera or its program write {FORMAT_NAMES}"
                )
        if self._folders:
            found["folders"] = (
                f"folders in {self._folder} are not looked into ({_list(self._folders)}): name the"
                " one into which the photos come, or let them come into this one"
            )
        if self._links:
            found["links"] = (
                f"links in {self._folder} are not followed ({_list(self._links)}): put the photos"
                " themselves there"
            )
        for kind in found.keys() - self._findings.keys():
            _LOG.warning("%s", found[kind])
        self._findings = found


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def _stem(name: str) -> str:
    return name[: name.rfind(".")].casefold()


def _list(names: list[str]) -> str:
    first = [strip_unprintable(name, 40) for name in sorted(names)[:_MOST_NAMED]]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
