"""PASCAL VOC segmentation: JPEGImages/, SegmentationClass/, ImageSets/Segmentation/.

The colours or palette indices of a mask are labels. labelmap.txt, as CVAT writes it, names them;
without it they are numbers of the VOC colour map. 255, or its colour, is void: border pixels
that the annotator left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import LabelChoice, NamedLabels, choose_labels
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, make_stem
from train.datasets.photograph import BrokenPictureError
from train.datasets.raster import mask_values, read_raster
from train.datasets.readers.labelmap import VOID, LabelMap, read_labelmap
from train.datasets.readers.pair_mask import StrayLabelError
from train.datasets.readers.pairs import list_pictures
from train.errors import UsageError

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
    masks = folder / "SegmentationClass"
    base = images or folder / "JPEGImages"
    if not masks.is_dir() or not any(masks.rglob("*.png")):
        raise UsageError(f"{folder} is not PASCAL VOC: it needs SegmentationClass/*.png")
    if not base.is_dir():
        raise UsageError(f"{base} is not a folder: name the pictures' folder with --images")
    labelmap = read_labelmap(folder / "labelmap.txt")
    choice = _choose(folder, labelmap, rules.named)
    photos = {make_stem(path, base): path for path in list_pictures(base)}
    drawn = {make_stem(path, masks): path for path in sorted(masks.rglob("*.png"))}
    listed = _read_lists(folder)
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
        fix = "add both, or take it from the list"
        faults.add(folder / "ImageSets", f"lists {stem}, which has no picture and no mask", fix)
    void = VOID_AS[rules.void_as]
    pictures = _read_pictures(
        chosen, labelmap=labelmap, choice=choice, void=void, groups=groups, faults=faults
    )
    return ForeignDataset(len(chosen), pictures, str(choice))


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
    """Return the stems of all lists ImageSets/Segmentation/*.txt, or None without lists."""
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


def _read_pictures(
    chosen: dict[str, tuple[Path, Path]],
    *,
    labelmap: LabelMap,
    choice: LabelChoice,
    void: int,
    groups: Groups,
    faults: Faults,
) -> Iterator[LabelledPicture]:
    seen: set[str] = set()
    for stem, (photo, path) in chosen.items():
        try:
            labels = labelmap.read_labels(read_raster(path))
        except BrokenPictureError as error:
            faults.add(path, str(error), "picture left out: export the mask again")
            continue
        except StrayLabelError as error:
            fix = "picture left out: correct labelmap.txt, or export the mask again"
            faults.add(path, str(error), fix)
            continue
        # Two labels may share a name: both count.
        present = {
            label: labelmap.get_name(label)
            for label in np.flatnonzero(np.bincount(labels.ravel())).tolist()
            if label != VOID
        }
        seen.update(present.values())
        garment = [label for label, name in present.items() if name in choice.garment]
        mask = mask_values(labels, garment)
        mask[labels == VOID] = void
        body = mask_values(labels, [n for n, name in present.items() if name in choice.body])
        group, kind = groups.look_up(stem)
        yield LabelledPicture(
            stem, str(photo), photo, mask, body if choice.body else None, group, kind
        )
    for name in choice.garment:
        if name not in seen and not labelmap.names:
            fix = "look whether that number is meant"
            faults.add("SegmentationClass", f"no mask has the label {name}", fix)
