"""Files that open as a picture and are not the photo: camera raw files and thumbnails in front.

A raw file in the form of a TIFF begins with a small copy of the photo, and that copy is what a
decoder of TIFF shows, whatever the file is named. Training, conversion and the rig refuse the same
files: `tests/contract_vectors` holds them together.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_MAX_FOLDERS = 64  # of tags, in one file
# Tags of TIFF 6.0, TIFF/EP and DNG.
_SUBFILE_TYPE, _OLD_SUBFILE_TYPE = 254, 255
_WIDTH, _HEIGHT, _PHOTOMETRIC = 256, 257, 262
_SUB_IFDS, _DNG_VERSION = 330, 50706
_SENSOR = (32803, 34892)  # photometric: colour filter array, linear raw
_SIZES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # types that hold whole numbers
_RAW_BEGINNINGS = (
    b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM",
    b"II\x1a\0\0\0HEAPCCDR",
)  # fmt: skip
_BOXED = {b"crx ": "a camera's raw file", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC"}
_BOXED |= {b"msf1": "HEIC", b"avif": "AVIF", b"hevc": "HEIC"}
_THUMBNAIL = (
    "begins with a thumbnail, and the photo comes after it: save the photo alone as JPEG or TIFF"
)
RAW = "is a camera's raw file, of which only a thumbnail opens: export it as JPEG or TIFF"


def recognise(content: bytes) -> str:
    """Return what a file is instead of a photo, with what to do, or "" where nothing is known."""
    if content.startswith(_RAW_BEGINNINGS):
        return RAW
    if content[4:8] == b"ftyp" and content[8:12] in _BOXED:
        what = _BOXED[content[8:12]]
        return f"is {what}, which is not read: export it as JPEG or TIFF"
    return _recognise_tiff(content) if content[:2] in (b"II", b"MM") else ""


def _recognise_tiff(content: bytes) -> str:
    pages, below = _read_folders(content)
    if not pages:
        return ""
    everywhere = [*pages, *below]
    if content.startswith((b"CR\2", b"IIII"), 8) or any(
        _DNG_VERSION in each or each.get(_PHOTOMETRIC) in _SENSOR for each in everywhere
    ):
        return RAW
    first, largest = _count_pixels(pages[0]), max(_count_pixels(each) for each in everywhere)
    reduced = pages[0].get(_SUBFILE_TYPE, 0) & 1 or pages[0].get(_OLD_SUBFILE_TYPE) == 2
    if reduced or largest > first:
        return _THUMBNAIL
    return ""


def _count_pixels(tags: dict[int, int]) -> int:
    return tags.get(_WIDTH, 0) * tags.get(_HEIGHT, 0)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a TIFF counts: its byte order, and the widths of counts and offsets."""

    order: str
    counts: str
    offsets: str

    def unpack(self, content: bytes, kind: str, place: int) -> int:
        value: int = struct.unpack_from(self.order + kind, content, place)[0]
        return value


def _read_folders(content: bytes) -> tuple[list[dict[int, int]], list[dict[int, int]]]:
    """Return the tags of each page, and those of the folders below the pages."""
    order = "<" if content[:2] == b"II" else ">"
    pages: list[dict[int, int]] = []
    below: list[dict[int, int]] = []
    seen: set[int] = set()
    try:
        version = struct.unpack_from(order + "H", content, 2)[0]
        if version not in (42, 43):
            return [], []
        form = _Form(order, "H", "I") if version == 42 else _Form(order, "Q", "Q")
        place = form.unpack(content, form.offsets, 4 if version == 42 else 8)
        while place and place not in seen and len(seen) < _MAX_FOLDERS:
            seen.add(place)
            tags, subs, following = _read_folder(content, form, place)
            pages.append(tags)
            for sub in subs:
                if sub not in seen and len(seen) < _MAX_FOLDERS:
                    seen.add(sub)
                    below.append(_read_folder(content, form, sub)[0])
            place = following
    except struct.error:
        pass  # what could be read decides; the decoder judges the damage
    return pages, below


def _read_folder(content: bytes, form: _Form, place: int) -> tuple[dict[int, int], list[int], int]:
    """Return a folder's numbers by tag, the places of folders below it, and the next one's."""
    count = form.unpack(content, form.counts, place)
    entry = place + struct.calcsize(form.order + form.counts)
    wide = struct.calcsize("<" + form.offsets)
    tags: dict[int, int] = {}
    subs: list[int] = []
    for _ in range(min(count, 4096)):
        tag, kind = struct.unpack_from(form.order + "HH", content, entry)
        held = form.unpack(content, form.offsets, entry + 4)
        value = entry + 4 + wide
        if kind in _SIZES and held:
            size = struct.calcsize("<" + _SIZES[kind])
            if held * size > wide:
                value = form.unpack(content, form.offsets, value)
            tags[tag] = form.unpack(content, _SIZES[kind], value)
            if tag == _SUB_IFDS:
                subs = [
                    form.unpack(content, _SIZES[kind], value + n * size)
                    for n in range(min(held, 16))
                ]
        entry += 4 + 2 * wide
    return tags, subs, form.unpack(content, form.offsets, entry)
