"""Paired folders: a picture and, under the same path and stem, its mask.

Masks may be 0/1, 0/255, soft proposals of another network, or labels. A proposal that is unsure
about much of the picture, or that found next to nothing, is left out and listed: training on a
wrong mask does more harm than a missing picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.labelled_picture import (
    ForeignDataset,
    LabelledPicture,
    UnreadPicture,
    make_key,
    make_stem,
)
from train.datasets.one_picture import BrokenPictureError, LeftOutError
from train.datasets.photograph import SUFFIXES, is_hidden
from train.datasets.raster import read_raster
from train.datasets.readers.layout import enter_single_folder, recognise_format
from train.datasets.readers.mask_names import propose_names
from train.datasets.readers.name_table import NameTable
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
        UsageError: one of the two is no folder or holds no picture, or masks are named otherwise.
    """
    for folder, what in ((pictures, "pictures"), (masks, "masks")):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: name the folder that holds the {what}")
    pictures, masks = enter_single_folder(pictures), enter_single_folder(masks)
    photos, drawn = _list_both(pictures, masks, rules.suffix)
    table = NameTable(drawn, masks)
    for path in table.second:
        faults.add(path, "is a second mask of one name", "not used: remove one of the two")
    pairs = _Pairs(pictures, rules, groups, faults)
    found_masks = table.pair({photo: pairs.name_masks(photo) for photo in photos})
    partners = {photo: found_masks.get(photo) for photo in photos}
    if not any(partners.values()):
        found = propose_names(list(table.by_name), [make_key(each, pictures) for each in photos])
        if found:
            raise UsageError(f"no mask in {masks} has the name of a picture: {found}")
    used = set(partners.values())
    for path in table.by_name.values():
        if path not in used:
            faults.add(path, "is a mask without a picture", "add the picture, or remove the mask")
    return ForeignDataset(len(photos), pairs.iterate(partners))


def _list_both(pictures: Path, masks: Path, suffix: str) -> tuple[list[Path], list[Path]]:
    """Return the photos and the masks.

    Raises:
        UsageError: there is no photo, or nothing separates the two.
    """
    photos = list_pictures(pictures)
    if masks != pictures:
        drawn = list_pictures(masks)
        photos = [path for path in photos if masks not in path.parents]
    elif suffix:
        drawn = [path for path in photos if path.stem.endswith(suffix)]
        photos = [path for path in photos if not path.stem.endswith(suffix)]
    else:
        found = propose_names([make_key(path, masks) for path in photos], None)
        raise UsageError(
            f"{masks} holds both: "
            + (found or "name the masks' ending with --mask-suffix, such as _mask")
        )
    for folder, listed, what in ((pictures, photos, "picture"), (masks, drawn, "mask")):
        if not listed:
            hint = recognise_format(folder) or f"it needs {', '.join(SUFFIXES)}"
            raise UsageError(f"{folder} holds no {what}: {hint}")
    return photos, drawn


class _Pairs:
    """The pairs of two folders."""

    def __init__(
        self,
        base: Path,
        rules: MaskRules,
        groups: Groups,
        faults: Faults,
    ) -> None:
        self._base, self._rules = base, rules
        self._groups, self._faults = groups, faults
        self._seen: set[int] = set()

    def name_masks(self, photo: Path) -> tuple[str, str]:
        """Return what a photo's mask may be named: its stem, or its whole name."""
        suffix = self._rules.suffix
        whole = photo.with_name(f"{photo.name}.png")  # some tools write shirt.jpg.png
        return make_key(photo, self._base) + suffix, make_key(whole, self._base) + suffix

    def iterate(self, partners: dict[Path, Path | None]) -> Iterator[UnreadPicture]:
        """Yield each photo; then note the labels that no mask had."""
        for photo, mask in partners.items():
            yield UnreadPicture(str(photo), partial(self._read, photo, mask))
        labels = self._rules.labels
        for label in sorted((labels.garment | labels.body) - self._seen):
            fix = "look whether that number is meant"
            self._faults.add(self._base, f"no mask has the label {label}", fix)

    def _read(self, photo: Path, path: Path | None) -> LabelledPicture:
        stem = make_stem(photo, self._base)
        if path is None:
            raise LeftOutError(
                photo,
                f"has no mask {stem.replace('__', '/')}{self._rules.suffix}.png",
                "left out: draw one, or remove the picture",
            )
        mask, body = self._read_mask(path)
        _refuse_poor(path, mask, self._rules)
        group, kind = self._groups.look_up(stem)
        return LabelledPicture(stem, str(photo), photo, mask, body, group, kind)

    def _read_mask(self, path: Path) -> tuple[UInt8Array, UInt8Array | None]:
        try:
            raster = read_raster(path)
            masks = self._rules.labels.read(raster)
        except BrokenPictureError as error:
            raise BrokenPictureError(str(error), path) from error
        except StrayLabelError as error:
            raise LeftOutError(
                path,
                str(error),
                "picture left out: save it as 0/255, or choose with --garment-label (numbers), "
                "--soft (levels are meant) or `import voc` (colours)",
            ) from error
        if self._rules.labels.garment:
            self._seen.update(raster.find_levels())
        return masks


def _refuse_poor(path: Path, mask: UInt8Array, rules: MaskRules) -> None:
    soft = float(np.mean((mask > 25) & (mask < 230)))  # 0.1 and 0.9 of 255
    if soft > rules.max_soft_share:
        fix = "picture left out: draw it anew, or allow more with --max-soft-share"
        raise LeftOutError(path, f"is undecided about {soft:.0%} of the picture", fix)
    area = float(np.mean(mask >= 128))
    if area < rules.min_area_share:
        fix = "picture left out: draw it anew, or allow less with --min-area-share"
        raise LeftOutError(path, f"covers {area:.1%} of the picture", fix)
