"""Faults in the data that would end a run hours later, found before its first step.

Importing has decoded every picture; since then files may have been moved, edited or cut short. So
each file is checked again, without decoding it: a few thousand take seconds.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from train.datasets.dataset import Dataset, Entry
from train.errors import UsageError
from train.progress import Progress

_SHOWN = 20  # faults named one by one; a broken data set has thousands alike
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap rows and columns
_ORIENTATION_TAG = 0x0112
_JPEG_END = b"\xff\xd9"


def check_data(datasets: list[Dataset]) -> None:
    """Check every file that a run will read.

    Pictures that occur in training and in validation are named on stderr, and do not end it.

    Raises:
        UsageError: files are missing, cut short or of sizes that differ. Each is listed on
            stderr first, with what to do.
    """
    faults: list[str] = []
    with Progress("check data", sum(len(dataset.entries) for dataset in datasets)) as progress:
        for dataset in datasets:
            for entry in dataset.entries:
                faults += _find_faults(dataset, entry)
                progress.step()
    for line in [f"fault: {fault}" for fault in faults[:_SHOWN]] + _format_notes(
        _find_shared(datasets)
    ):
        sys.stderr.write(line + "\n")
    if faults:
        raise UsageError(
            f"the data has {len(faults)} faults, listed above: fix those files, or import the "
            "data set again"
        )


def _find_shared(datasets: list[Dataset]) -> list[str]:
    """Name pictures that are trained on and validated on, byte for byte the same."""
    by_size: dict[int, list[tuple[str, Path]]] = {}
    for dataset in datasets:
        for entry in dataset.entries:
            path = dataset.path / entry.image
            if path.is_file():
                by_size.setdefault(path.stat().st_size, []).append((entry.split, path))
    shared = []
    for files in by_size.values():
        if len({split for split, _ in files}) < 2:
            continue  # only files of one size can be equal, so few are read
        seen: dict[bytes, tuple[str, Path]] = {}
        for split, path in files:
            digest = hashlib.sha256(path.read_bytes()).digest()
            before, other = seen.setdefault(digest, (split, path))
            if before != split:
                shared.append(f"{path} is {other}, and one of them is validated on")
    return shared


def _format_notes(shared: list[str]) -> list[str]:
    if not shared:
        return []
    more = [f"note: and {len(shared) - _SHOWN} more such pairs"] if len(shared) > _SHOWN else []
    return [*(f"note: {pair}: leave it out of one split" for pair in shared[:_SHOWN]), *more]


def _find_faults(dataset: Dataset, entry: Entry) -> list[str]:
    """Check one picture and its masks."""
    faults, size = [], None
    for name in (entry.image, entry.mask, entry.body):
        if not name:
            continue
        path = dataset.path / name
        checked = _check_file(path)
        if isinstance(checked, str):
            faults.append(f"{path} {checked}")
        elif size is None:
            size = checked
        elif checked != size:
            faults.append(
                f"{path} is {checked[0]}x{checked[1]}, its picture is {size[0]}x{size[1]}: export "
                "the mask at the picture's size"
            )
    return faults


def _check_file(path: Path) -> tuple[int, int] | str:
    """Return width and height, upright, or what is wrong."""
    if not path.is_file():
        return "is in the index but not on disk: bring it back, or import again"
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            turned = picture.getexif().get(_ORIENTATION_TAG) in _TURNED
            kind = picture.format
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return "is no readable picture: fetch or export it again"
    if not _is_whole(path, str(kind)):
        return "is cut short: fetch or export it again"
    return (height, width) if turned else (width, height)


def _is_whole(path: Path, kind: str) -> bool:
    """Return whether the file has its format's end marker."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 4096))
        tail = file.read()
    if kind == "PNG":
        return b"IEND" in tail
    if kind not in ("JPEG", "MPO") or _JPEG_END in tail:
        return True
    # Something may follow the picture; an end in the first half is a thumbnail's.
    return path.read_bytes().rfind(_JPEG_END) > size // 2
