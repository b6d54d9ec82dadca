"""PASCAL VOC segmentation: JPEGImages/, SegmentationClass/, ImageSets/Segmentation/.

The colours or palette indices of a mask are labels. labelmap.txt, as CVAT writes it, names them;
without it they are numbers of the VOC colour map. 255, or its colour, is void: border pixels
that the annotator left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from train.arrays import Int32Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import LabelChoice, NamedLabels, choose_labels
from train.datasets.labelled_picture import (
    ForeignDataset,
    LabelledPicture,
    UnreadPicture,
    make_key,
    make_stem,
)
from train.datasets.names import fold, make_printable
from train.datasets.one_picture import BrokenPictureError, LeftOutError
from train.datasets.photograph import SUFFIXES
from train.datasets.raster import mask_values, read_raster
from train.datasets.readers.labelmap import VOID, LabelMap, read_labels
from train.datasets.readers.layout import enter_single_folder, find_above, recognise_format
from train.datasets.readers.name_table import NameTable
from train.datasets.readers.pair_mask import StrayLabelError
from train.datasets.readers.pairs import list_pictures
from train.errors import UsageError

_MASKS = "SegmentationClass"
VOID_AS = {
    "background": 0,
    "undecided": 127,  # half in training, and below 128: not garment in evaluation
    "garment": 255,
}


@dataclass(frozen=True, slots=True)
class VocRules:
    """How to read the masks.

    Attributes:
        named: labels that a person named; numbers without labelmap.txt.
        void_as: what void pixels become, a key of ``VOID_AS``.
    """

    named: NamedLabels
    void_as: str


def open_voc(
    folder: Path, images: Path | None, rules: VocRules, groups: Groups, faults: Faults
) -> ForeignDataset:
    """Open the data set.

    Raises:
        UsageError: the folder has another layout, or the meaning of a label is unknown.
    """
    folder = find_above(folder, _MASKS)
    masks = folder / _MASKS
    if not masks.is_dir() and (folder / f"{_MASKS}PNG").is_dir():
        masks = folder / f"{_MASKS}PNG"  # as LabelMe's older converter wrote it
    if not masks.is_dir() or not list_masks(masks):
        hint = recognise_format(folder)
        needs = f"it needs {_MASKS}/*.png"
        raise UsageError(f"{folder} is not PASCAL VOC: {needs}" + (f", and {hint}" if hint else ""))
    base = enter_single_folder(images) if images else folder / "JPEGImages"
    if not base.is_dir():
        raise UsageError(f"{base} is not a folder: name the pictures' folder with --images")
    labelmap = read_labels(folder)
    choice = _choose(folder, labelmap, rules.named)
    photos = NameTable(list_pictures(base), base)
    drawn = NameTable(list_masks(masks), masks)
    for table, kind in ((photos, "photo"), (drawn, "mask")):
        for path in table.second:
            faults.add(path, f"is a second {kind} of one name", "not used: remove one of the two")
    listed = _read_lists(folder)
    chosen = _pair(photos, drawn, listed, faults)
    for name in sorted(listed or ()):
        if not (photos.find(name) or drawn.find(name)):
            fix = "add both, or take it from the list"
            faults.add(folder / "ImageSets", f"lists {name}, which has no picture and no mask", fix)
    reader = _Reader(base, labelmap, choice, VOID_AS[rules.void_as], groups)
    return ForeignDataset(len(chosen), reader.iterate(chosen, faults), str(choice))


def list_masks(folder: Path) -> list[Path]:
    """Return the PNG files below a folder, sorted by path."""
    return [path for path in list_pictures(folder) if path.suffix.lower() == ".png"]


def _pair(
    photos: NameTable, drawn: NameTable, listed: set[str] | None, faults: Faults
) -> dict[Path, Path]:
    """Return the mask of each picture that is listed; note what has no partner."""
    paired = drawn.pair({photo: (name,) for name, photo in photos.by_name.items()})
    # A list in another case than the files counts, but only where it names no file as written.
    known = photos.by_name.keys() | drawn.by_name.keys()
    folded = {fold(name) for name in (listed or set()) - known}
    chosen = {}
    for name, photo in photos.by_name.items():
        mask = paired.get(photo)
        names = {name} if mask is None else {name, make_key(mask, drawn.base)}
        if listed is None or names & listed or fold(name) in folded:
            if mask is None:
                faults.add(photo, "has no mask", "left out: label it, or remove it")
            else:
                chosen[photo] = mask
    used = set(paired.values())
    for mask in drawn.by_name.values():
        if mask not in used:
            faults.add(mask, "is a mask without a picture", "add the picture, or remove the mask")
    return chosen


def _choose(folder: Path, labelmap: LabelMap, named: NamedLabels) -> LabelChoice:
    if labelmap.names:
        return choose_labels(labelmap.names, named)
    if not named.garment:
        raise UsageError(
            f"{folder} has no labelmap.txt: say which label numbers are garment with "
            "--garment-category, each its own"
        )
    for number in (*named.garment, *named.body):
        if not number.isdecimal() or not 0 < int(number) < VOID:
            raise UsageError(
                f"label {number!r} is no number from 1 to 254, and {folder} has no labelmap.txt "
                "to name it: use numbers, or add that file"
            )
    return LabelChoice(named.garment, named.body, ())


def _read_lists(folder: Path) -> set[str] | None:
    """Return the names in all lists ImageSets/Segmentation/*.txt, or None without lists."""
    names: set[str] = set()
    for path in sorted((folder / "ImageSets" / "Segmentation").glob("*.txt")):
        if path.name[0] == ".":
            continue
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise UsageError(f"{path} is not text in UTF-8: save it so") from error
        for line in lines:
            name = Path(line.strip().replace("\\", "/"))
            if name.suffix.lower() in (*SUFFIXES, ".png"):
                name = name.with_suffix("")
            if name.name:
                names.add(make_printable("__".join(name.parts)))
    return names or None


class _Reader:
    """Reads pictures with their masks."""

    def __init__(
        self, base: Path, labelmap: LabelMap, choice: LabelChoice, void: int, groups: Groups
    ) -> None:
        self._base, self._labelmap, self._choice = base, labelmap, choice
        self._void, self._groups = void, groups
        self._seen: set[str] = set()

    def iterate(self, chosen: dict[Path, Path], faults: Faults) -> Iterator[UnreadPicture]:
        """Yield each picture; then note the labels that no mask had."""
        for photo, path in chosen.items():
            yield UnreadPicture(str(photo), partial(self._read, photo, path))
        for name in self._choice.garment:
            if name not in self._seen and not self._labelmap.names:
                fix = "look whether that number is meant"
                faults.add("SegmentationClass", f"no mask has the label {name}", fix)

    def _read(self, photo: Path, path: Path) -> LabelledPicture:
        labels = self._read_labels(path)
        # Two labels may share a name: both count.
        present = {
            label: self._labelmap.get_name(label)
            for label in np.flatnonzero(np.bincount(labels.ravel())).tolist()
            if label != VOID
        }
        self._seen.update(present.values())
        choice = self._choice
        mask = mask_values(labels, [n for n, name in present.items() if name in choice.garment])
        mask[labels == VOID] = self._void
        body = mask_values(labels, [n for n, name in present.items() if name in choice.body])
        stem = make_stem(photo, self._base)
        group, kind = self._groups.look_up(stem)
        return LabelledPicture(
            stem, str(photo), photo, mask, body if choice.body else None, group, kind
        )

    def _read_labels(self, path: Path) -> Int32Array:
        try:
            return self._labelmap.read_labels(read_raster(path))
        except BrokenPictureError as error:
            raise BrokenPictureError(str(error), path) from error
        except StrayLabelError as error:
            fix = (
                "picture left out: correct labelmap.txt, which lists every label by its colour or, "
                "from 0 on, by its number, or export the mask again"
            )
            raise LeftOutError(path, str(error), fix) from error
