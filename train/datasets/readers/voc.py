"""PASCAL VOC segmentation: JPEGImages/, SegmentationClass/, ImageSets/Segmentation/.

A mask's colours or palette indices are labels. labelmap.txt, as CVAT writes it, names them;
without it they are the numbers of the VOC colour map. 255, or its colour, is void: border
pixels that the annotator left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.arrays import Int32Array, UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import Choice, choose
from train.datasets.labelled_picture import Labelled, Reading, stem_of
from train.datasets.photograph import BrokenPictureError
from train.datasets.raster import read_raster
from train.datasets.readers.labelmap import VOID, LabelMap, read_labelmap
from train.datasets.readers.pair_mask import StrayLabelError
from train.datasets.readers.pairs import find
from train.errors import UsageError

VOID_AS = {
    "background": 0,
    "undecided": 127,  # half in training, and below 128: no garment when judged
    "garment": 255,
}


@dataclass(frozen=True, slots=True)
class VocRules:
    """How to read the masks.

    Attributes:
        garment: labels chosen as garment; [] decides by name.
        body: labels chosen as body; [] decides by name.
        void_as: what void pixels become, a key of ``VOID_AS``.
    """

    garment: list[str]
    body: list[str]
    void_as: str


def open_voc(
    folder: Path, images: Path | None, rules: VocRules, groups: Groups, faults: Faults
) -> Reading:
    """Open the data set.

    Raises:
        UsageError: the folder is not in the layout, or a label is neither chosen nor known.
    """
    masks = folder / "SegmentationClass"
    base = images or folder / "JPEGImages"
    if not masks.is_dir() or not any(masks.rglob("*.png")):
        raise UsageError(f"{folder} is not PASCAL VOC: it needs SegmentationClass/*.png")
    if not base.is_dir():
        raise UsageError(f"{base} is not a folder: name the pictures' folder with --images")
    labelmap = read_labelmap(folder / "labelmap.txt")
    choice = _choice(folder, labelmap, rules)
    photos = {stem_of(path, base): path for path in find(base)}
    drawn = {stem_of(path, masks): path for path in sorted(masks.rglob("*.png"))}
    listed = _listed(folder)
    for stem in sorted(set(photos) - set(drawn)):
        if listed is None or stem in listed:
            faults.add(photos[stem], "has no mask", "left out: label it, or remove it")
    chosen = {}
    for stem, path in drawn.items():
        if stem not in photos:
            faults.add(path, "is a mask without a picture", "add the picture, or remove the mask")
        elif listed is None or stem in listed:
            chosen[stem] = (photos[stem], path)
    for stem in sorted((listed or set()) - set(photos) - set(drawn)):
        mend = "add both, or take it from the list"
        faults.add(folder / "ImageSets", f"lists {stem}, which has no picture and no mask", mend)
    pictures = _read(chosen, labelmap, choice, VOID_AS[rules.void_as], groups, faults)
    return Reading(len(chosen), pictures, str(choice))


def _choice(folder: Path, labelmap: LabelMap, rules: VocRules) -> Choice:
    if labelmap.names:
        return choose(labelmap.names, rules.garment, rules.body)
    if not rules.garment:
        raise UsageError(
            f"{folder} has no labelmap.txt: say which label numbers are garment with "
            "--garment-category, each its own"
        )
    for number in (*rules.garment, *rules.body):
        if not number.isdecimal() or not 0 < int(number) < VOID:
            raise UsageError(
                f"label {number!r} is no number from 1 to 254, and {folder} has no labelmap.txt "
                "to name it: use numbers, or add that file"
            )
    return Choice(tuple(rules.garment), tuple(rules.body), ())


def _listed(folder: Path) -> set[str] | None:
    """Return the names in ImageSets/Segmentation/*.txt together, or None without such lists."""
    names: set[str] = set()
    for path in sorted((folder / "ImageSets" / "Segmentation").glob("*.txt")):
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise UsageError(f"{path} is not text in UTF-8: save it so") from error
        names.update(
            line.strip().replace("\\", "/").replace("/", "__") for line in lines if line.strip()
        )
    return names or None


def _read(
    chosen: dict[str, tuple[Path, Path]],
    labelmap: LabelMap,
    choice: Choice,
    void: int,
    groups: Groups,
    faults: Faults,
) -> Iterator[Labelled]:
    seen: set[str] = set()
    for stem, (photo, path) in chosen.items():
        try:
            labels = labelmap.labels(read_raster(path))
        except BrokenPictureError as error:
            faults.add(path, str(error), "picture left out: export the mask again")
            continue
        except StrayLabelError as error:
            mend = "picture left out: mend labelmap.txt, or export the mask again"
            faults.add(path, str(error), mend)
            continue
        # Two labels of one name, in two colours, are both meant.
        present = {
            label: labelmap.name(label)
            for label in np.flatnonzero(np.bincount(labels.ravel())).tolist()
            if label != VOID
        }
        seen.update(present.values())
        mask = _where(labels, [label for label, name in present.items() if name in choice.garment])
        mask[labels == VOID] = void
        body = _where(labels, [label for label, name in present.items() if name in choice.body])
        group, kind = groups.of(stem)
        yield Labelled(stem, str(photo), photo, mask, body if choice.body else None, group, kind)
    for name in choice.garment:
        if name not in seen and not labelmap.names:
            mend = "look whether that number is meant"
            faults.add("SegmentationClass", f"no mask has the label {name}", mend)


def _where(labels: Int32Array, chosen: list[int]) -> UInt8Array:
    return np.asarray(np.isin(labels, chosen) * 255, np.uint8)
