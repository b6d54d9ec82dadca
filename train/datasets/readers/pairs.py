"""Paired folders: a picture and, under the same path and stem, its mask.

Masks may be 0/1, 0/255, soft proposals of another network, or labels of which some are chosen
as garment. A proposal that is unsure of too much of the picture, or that found next to nothing,
is left out and listed: a wrong mask teaches more harm than a missing one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.labelled_picture import Labelled, Reading, stem_of
from train.datasets.photograph import SUFFIXES, BrokenPictureError, is_hidden
from train.datasets.raster import read_raster
from train.datasets.readers.pair_mask import Labels, StrayLabelError
from train.errors import UsageError


@dataclass(frozen=True, slots=True)
class MaskRules:
    """How masks are named and which are good enough.

    Attributes:
        suffix: what a mask's name has after the picture's stem, such as ``_mask``.
        labels: what its numbers mean.
        max_soft_share: a mask of which a larger share lies between 0.1 and 0.9 is left out.
        min_area_share: one that covers less of the picture is left out.
    """

    suffix: str
    labels: Labels
    max_soft_share: float
    min_area_share: float


def find(folder: Path) -> list[Path]:
    """List the pictures below a folder by path."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not is_hidden(path, folder) and path.is_file()
    )


def open_pairs(
    pictures: Path, masks: Path, rules: MaskRules, groups: Groups, faults: Faults
) -> Reading:
    """Open paired folders.

    Raises:
        UsageError: one of them is no folder or holds no picture.
    """
    for folder, what in ((pictures, "pictures"), (masks, "masks")):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: name the folder that holds the {what}")
    photos = [path for path in find(pictures) if masks == pictures or masks not in path.parents]
    if masks == pictures and not rules.suffix:
        raise UsageError(f"{masks} holds both: tell masks by --mask-suffix, such as _mask")
    by_stem = {stem_of(path, masks): path for path in find(masks)}
    if masks == pictures:
        photos = [path for path in photos if not path.stem.endswith(rules.suffix)]
        by_stem = {stem: path for stem, path in by_stem.items() if stem.endswith(rules.suffix)}
    if not photos:
        raise UsageError(f"{pictures} holds no picture ({', '.join(SUFFIXES)})")
    used = {f"{stem_of(photo, pictures)}{rules.suffix}" for photo in photos}
    for stem, path in sorted(by_stem.items()):
        if stem not in used:
            faults.add(path, "is a mask without a picture", "add the picture, or remove the mask")
    read = _read(photos, pictures, by_stem, rules, groups, faults)
    return Reading(len(photos), read)


def _read(
    photos: list[Path],
    base: Path,
    masks: dict[str, Path],
    rules: MaskRules,
    groups: Groups,
    faults: Faults,
) -> Iterator[Labelled]:
    seen: set[int] = set()
    for photo in photos:
        stem = stem_of(photo, base)
        path = masks.get(f"{stem}{rules.suffix}")
        if path is None:
            faults.add(
                photo,
                f"has no mask {stem.replace('__', '/')}{rules.suffix}.png",
                "left out: draw one, or remove the picture",
            )
            continue
        try:
            raster = read_raster(path)
            mask, body = rules.labels.read(raster)
        except BrokenPictureError as error:
            faults.add(path, str(error), "picture left out: save the mask again, one channel")
            continue
        except StrayLabelError as error:
            faults.add(
                path,
                str(error),
                "picture left out: save it as 0/255, or choose with --garment-label (numbers), "
                "--soft (levels are meant) or `import voc` (colours)",
            )
            continue
        if rules.labels.garment:
            seen.update(raster.levels())
        if _good_enough(path, mask, rules, faults):
            group, kind = groups.of(stem)
            yield Labelled(stem, str(photo), photo, mask, body, group, kind)
    for label in sorted((rules.labels.garment | rules.labels.body) - seen):
        faults.add(base, f"no mask has the label {label}", "look whether that number is meant")


def _good_enough(path: Path, mask: UInt8Array, rules: MaskRules, faults: Faults) -> bool:
    soft = float(np.mean((mask > 25) & (mask < 230)))
    if soft > rules.max_soft_share:
        mend = "picture left out: draw it anew, or allow more with --max-soft-share"
        faults.add(path, f"is undecided about {soft:.0%} of the picture", mend)
        return False
    area = float(np.mean(mask >= 128))
    if area < rules.min_area_share:
        mend = "picture left out: draw it anew, or allow less with --min-area-share"
        faults.add(path, f"covers {area:.1%} of the picture", mend)
        return False
    return True
