"""Check a data set, picture by picture, before anybody trains on it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from train.datasets.dataset import Dataset, Entry, shows_no_garment
from train.datasets.duplicate_groups import DuplicateGroups
from train.datasets.faults import Faults
from train.datasets.near_duplicates import hash_picture
from train.datasets.one_picture import BrokenPictureError, LeftOutError
from train.datasets.photograph import Photograph, read_photograph
from train.datasets.raster import Raster, read_raster
from train.progress import Progress

_IMPORT_AGAIN = "import the data set again"


def check_dataset(dataset: Dataset) -> Faults:
    """Find every fault of a data set.

    A fault is harmful if it spoils training or evaluation: a file that cannot be read, a mask
    that does not fit its picture, a picture or group in both splits. File names are relative to
    the data set.
    """
    faults = Faults()
    _check_index(dataset, faults)
    duplicates, compared = DuplicateGroups(), list[Entry]()
    with Progress("check", len(dataset.entries)) as progress:
        for entry in dataset.entries:
            photo = _check_picture(dataset.path, entry, faults)
            if photo:
                # A group may repeat a picture, but not in another split: compare by both.
                duplicates.add(hash_picture(photo.pixels), f"{entry.split} {entry.group}")
                compared.append(entry)
            progress.step()
    for pair in duplicates.pairs:
        _note_duplicate(compared[pair.earlier], compared[pair.later], faults)
    _check_unlisted_files(dataset, faults)
    return faults


def _check_index(dataset: Dataset, faults: Faults) -> None:
    stems: set[str] = set()
    splits: dict[str, set[str]] = defaultdict(set)
    for entry in dataset.entries:
        if entry.stem in stems:
            faults.add("index.csv", f"lists {entry.stem} twice", "take one row out")
        stems.add(entry.stem)
        splits[entry.group].add(entry.split)
        if entry.split not in ("train", "val"):
            fault = f"puts {entry.stem} in split {entry.split!r}"
            faults.add("index.csv", fault, "write train or val")
    for group, found in splits.items():
        if {"train", "val"} <= found:
            fault = f"has group {group} in both splits"
            faults.add("index.csv", fault, f"give its rows one split, or {_IMPORT_AGAIN}")


def _check_picture(folder: Path, entry: Entry, faults: Faults) -> Photograph | None:
    """Check one picture and its masks; return the picture, or None if it cannot be read."""
    try:
        photo = read_photograph(folder / entry.image)
    except BrokenPictureError as error:
        faults.add(entry.image, str(error), f"take it from the index, or {_IMPORT_AGAIN}")
        return None
    if photo.orientation != 1:
        fault = f"is stored turned (EXIF orientation {photo.orientation})"
        faults.add(entry.image, fault, f"readers may disagree: {_IMPORT_AGAIN}", harmful=False)
    mask = _check_mask(folder, entry.mask, photo, faults)
    if entry.body:
        _check_mask(folder, entry.body, photo, faults)
    if mask and not shows_no_garment(entry.kind):
        _check_garment(entry, mask, faults)
    return photo


def _check_mask(folder: Path, path: str, photo: Photograph, faults: Faults) -> Raster | None:
    try:
        mask = read_raster(folder / path)
    except (BrokenPictureError, LeftOutError) as error:
        fault = error.fault if isinstance(error, LeftOutError) else str(error)
        faults.add(path, fault, _IMPORT_AGAIN)
        return None
    if mask.values.shape != photo.size:
        height, width = mask.values.shape
        fault = f"is {width}x{height}, its picture {photo.size[1]}x{photo.size[0]}"
        faults.add(path, fault, "export both in one size and import them again")
        return None
    if mask.full != 255 or mask.colours is not None or mask.coloured:
        fault = "is not 8-bit grey"
        faults.add(path, fault, f"save it with levels 0 to 255 and no palette, or {_IMPORT_AGAIN}")
        return None
    return mask


def _check_garment(entry: Entry, mask: Raster, faults: Faults) -> None:
    if (mask.values >= 128).any():
        return
    highest = int(np.max(mask.values))
    if highest:
        fault = f"has no level above {highest}, and garment begins at 128"
        faults.add(entry.mask, fault, "multiply 0/1 by 255, or import it again with its labels")
    else:
        fix = "take the picture from the index, or set its kind to bare if that is meant"
        faults.add(entry.mask, "is empty", fix)


def _note_duplicate(earlier: Entry, later: Entry, faults: Faults) -> None:
    if earlier.group == later.group:
        return  # already noted: the group is in both splits
    leaks = earlier.split != later.split
    faults.add(
        later.image,
        f"shows the same as {earlier.image}"
        + (f", which is in {earlier.split} while this is in {later.split}" if leaks else ""),
        f"give both one group and one split, or {_IMPORT_AGAIN}",
        harmful=leaks,
    )


def _check_unlisted_files(dataset: Dataset, faults: Faults) -> None:
    """Note files that the index does not name."""
    listed = {
        path for entry in dataset.entries for path in (entry.image, entry.mask, entry.body) if path
    }
    for folder, what in (("images", "picture"), ("masks", "mask"), ("body", "body mask")):
        for path in sorted((dataset.path / folder).glob("*")):
            name = path.relative_to(dataset.path).as_posix()
            if name not in listed and not path.name.startswith("."):
                fix = "remove it, or import the data set again"
                faults.add(name, f"is a {what} that the index does not name", fix, harmful=False)
