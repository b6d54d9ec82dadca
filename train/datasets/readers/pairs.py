"""Paired folders: a picture and, under the same path and stem, its mask.

Masks may be 0/1, 0/255, soft proposals of another network, or labels. A proposal that is unsure
about much of the picture, or that found next to nothing, is left out and listed: training on a
wrong mask does more harm than a missing picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, make_stem
from train.datasets.photograph import SUFFIXES, BrokenPictureError, is_hidden
from train.datasets.raster import read_raster
from train.datasets.readers.pair_mask import MaskLabels, StrayLabelError
from train.errors import UsageError


@dataclass(frozen=True, slots=True)
class MaskRules:
    """How masks are named, what their numbers mean, and which are good enough.

    Attributes:
        suffix: text between the picture's stem and the suffix of its mask, such as ``_mask``.
        labels: what the numbers mean.
        max_soft_share: limit for the share of pixels between 0.1 and 0.9.
        min_area_share: limit for the share of the picture that is garment.
    """

    suffix: str
    labels: MaskLabels
    max_soft_share: float
    min_area_share: float


def list_pictures(folder: Path) -> list[Path]:
    """Return the pictures below a folder, sorted by path."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not is_hidden(path, folder) and path.is_file()
    )


def open_pairs(
    pictures: Path, masks: Path, rules: MaskRules, groups: Groups, faults: Faults
) -> ForeignDataset:
    """Open paired folders.

    Raises:
        UsageError: one of the two is no folder or holds no picture.
    """
    for folder, what in ((pictures, "pictures"), (masks, "masks")):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: name the folder that holds the {what}")
    photos = [
        path for path in list_pictures(pictures) if masks == pictures or masks not in path.parents
    ]
    if masks == pictures and not rules.suffix:
        raise UsageError(f"{masks} holds both: tell masks by --mask-suffix, such as _mask")
    by_stem = {make_stem(path, masks): path for path in list_pictures(masks)}
    if masks == pictures:
        photos = [path for path in photos if not path.stem.endswith(rules.suffix)]
        by_stem = {stem: path for stem, path in by_stem.items() if stem.endswith(rules.suffix)}
    if not photos:
        raise UsageError(f"{pictures} holds no picture ({', '.join(SUFFIXES)})")
    used = {f"{make_stem(photo, pictures)}{rules.suffix}" for photo in photos}
    for stem, path in sorted(by_stem.items()):
        if stem not in used:
            faults.add(path, "is a mask without a picture", "add the picture, or remove the mask")
    read = _read_pairs(
        photos, base=pictures, masks=by_stem, rules=rules, groups=groups, faults=faults
    )
    return ForeignDataset(len(photos), read)


def _read_pairs(
    photos: list[Path],
    *,
    base: Path,
    masks: dict[str, Path],
    rules: MaskRules,
    groups: Groups,
    faults: Faults,
) -> Iterator[LabelledPicture]:
    seen: set[int] = set()
    for photo in photos:
        stem = make_stem(photo, base)
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
            seen.update(raster.find_levels())
        if _is_good_enough(path, mask, rules, faults):
            group, kind = groups.look_up(stem)
            yield LabelledPicture(stem, str(photo), photo, mask, body, group, kind)
    for label in sorted((rules.labels.garment | rules.labels.body) - seen):
        faults.add(base, f"no mask has the label {label}", "look whether that number is meant")


def _is_good_enough(path: Path, mask: UInt8Array, rules: MaskRules, faults: Faults) -> bool:
    soft = float(np.mean((mask > 25) & (mask < 230)))  # 0.1 and 0.9 of 255
    if soft > rules.max_soft_share:
        fix = "picture left out: draw it anew, or allow more with --max-soft-share"
        faults.add(path, f"is undecided about {soft:.0%} of the picture", fix)
        return False
    area = float(np.mean(mask >= 128))
    if area < rules.min_area_share:
        fix = "picture left out: draw it anew, or allow less with --min-area-share"
        faults.add(path, f"covers {area:.1%} of the picture", fix)
        return False
    return True
