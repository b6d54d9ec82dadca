"""Refuses what only looks like a photo: raw files under another name, and thumbnails."""

from __future__ import annotations

from pathlib import Path

from device.imaging.picture_error import PictureError
from device.imaging.tiff_pages import list_pages

# Tethering programs name whatever comes from the camera as they are set to. Pillow reads the
# thumbnail of many raw files, which are built as TIFFs.
_MARKS = (
    (0, b"FUJIFILMCCD-RAW", "a Fujifilm raw file (RAF)"),
    (0, b"IIRO", "an Olympus raw file (ORF)"),
    (0, b"IIRS", "an Olympus raw file (ORF)"),
    (0, b"MMOR", "an Olympus raw file (ORF)"),
    (0, b"IIU\0", "a Panasonic raw file (RW2)"),
    (0, b"FOVb", "a Sigma raw file (X3F)"),
    (0, b"\0MRM", "a Minolta raw file (MRW)"),
    (6, b"HEAPCCDR", "a Canon raw file (CRW)"),
    (4, b"ftypcrx ", "a Canon raw file (CR3)"),
    (8, b"CR\2", "a Canon raw file (CR2)"),
    (8, b"IIII", "a Phase One raw file (IIQ)"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypheix", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
)
_FIX = "set the camera to JPEG, or export it as JPEG or TIFF"


def refuse_raw(path: Path) -> None:
    """Refuse a file of which only a thumbnail could be read, whatever its name.

    Raises:
        PictureError: a raw file, or a TIFF whose first picture is a smaller copy of another.
    """
    with path.open("rb") as stream:
        head = stream.read(32)
        for place, mark, kind in _MARKS:
            if head[place : place + len(mark)] == mark:
                raise PictureError(f"{path} is {kind}, whatever its name says: {_FIX}")
        if head[:2] not in (b"II", b"MM"):
            return
        stream.seek(0)
        pages = list_pages(stream)
    if any(page.raw for page in pages):
        raise PictureError(f"{path} is a camera's raw file, whatever its name says: {_FIX}")
    if not pages:
        return
    first, largest = pages[0], max(pages, key=lambda page: page.pixels)
    if first.reduced or largest.pixels > first.pixels:
        raise PictureError(
            f"{path} begins with a thumbnail of {first.width_px}×{first.height_px} pixels, as a"
            f" camera's raw file does: {_FIX}, of one picture alone"
        )
