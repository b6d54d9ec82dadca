"""Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014) in its own layout.

photos/NNNN.jpg, annotations/pixel-level/NNNN.mat with ``groundtruth``, a label number for each
pixel, and label_list.mat with the 59 label names. The names, not the numbers, decide what is a
garment, so a reordered list still imports correctly.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from train.arrays import UInt8Array
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, UnreadPicture
from train.datasets.one_picture import BrokenPictureError, LeftOutError
from train.errors import UsageError

NOT_GARMENT = frozenset({
    "null", "skin", "hair", "accessories", "bag", "bracelet", "earrings", "glasses", "necklace",
    "purse", "ring", "sunglasses", "wallet", "watch", "boots", "clogs", "flats", "heels",
    "loafers", "pumps", "sandals", "shoes", "sneakers", "wedges",
})  # fmt: skip
BODY = frozenset({"skin", "hair"})
# Garments on head, neck, legs and hands are small, rare and the first that a network misses. The
# first of these that a photo shows is its kind, so that training can repeat it and evaluation
# can report it separately.
RARE_KINDS = {
    "hat": ("hat",),
    "gloves": ("gloves",),
    "socks": ("socks",),
    "stockings": ("stockings", "tights"),
    "scarf": ("scarf",),
}
RARE_MIN_SHARE = 0.003  # of the photo: half of the smaller regions are stray superpixels
COMMON_KIND = "outfit"
NAME = "clothing-co-parsing"
SOURCE = "Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014)"
LICENCE = "Apache-2.0"


class _BrokenMatError(Exception):
    """A .mat file cannot be read."""


def _read_mat(path: Path, variable: str) -> npt.NDArray[Any]:
    # scipy takes longer to import than --help should.
    from scipy.io import loadmat  # noqa: PLC0415
    from scipy.io.matlab import MatReadError  # noqa: PLC0415

    try:
        return np.asarray(loadmat(path)[variable])
    except (ValueError, KeyError, TypeError, OSError, MatReadError) as error:
        raise _BrokenMatError(f"is damaged or has no {variable}") from error


def _read_label_names(path: Path) -> list[str]:
    try:
        return [str(cell[0]) for cell in _read_mat(path, "label_list")[0]]
    except _BrokenMatError as error:
        raise UsageError(f"{path} {error}: fetch it again") from error


def _build_lookup(names: list[str], chosen: frozenset[str], *, inside: bool) -> UInt8Array:
    """Return 255 for each label number that is in ``chosen`` (or is not), 0 for the others."""
    return np.array([255 if (name in chosen) == inside else 0 for name in names], np.uint8)


def _find_kind(labels: npt.NDArray[Any], names: list[str]) -> str:
    counts = np.bincount(labels.ravel(), minlength=len(names))
    shares = dict(zip(names, counts / labels.size, strict=False))
    for kind, members in RARE_KINDS.items():
        if sum(shares.get(member, 0.0) for member in members) > RARE_MIN_SHARE:
            return kind
    return COMMON_KIND


def open_clothing_co_parsing(folder: Path) -> ForeignDataset:
    """Open the data set. Most photos have no pixel labels, which is no fault.

    Raises:
        UsageError: the folder does not have the layout of the data set.
    """
    annotations = sorted((folder / "annotations" / "pixel-level").glob("*.mat"))
    label_list = folder / "label_list.mat"
    if not annotations or not label_list.is_file():
        raise UsageError(
            f"{folder} is not Clothing Co-Parsing: it needs label_list.mat, photos/ and "
            "annotations/pixel-level/*.mat"
        )
    names = _read_label_names(label_list)
    return ForeignDataset(len(annotations), _read_pictures(folder / "photos", annotations, names))


def _read_pictures(
    photos: Path, annotations: list[Path], names: list[str]
) -> Iterator[UnreadPicture]:
    garment = _build_lookup(names, NOT_GARMENT, inside=False)
    body = _build_lookup(names, BODY, inside=True)

    def read(annotation: Path) -> LabelledPicture:
        photo = photos / f"{annotation.stem}.jpg"
        if not photo.is_file():
            fix = "left out: fetch the data set again"
            raise LeftOutError(annotation, f"is an annotation without its photo {photo}", fix)
        try:
            labels = _read_mat(annotation, "groundtruth")
        except _BrokenMatError as error:
            raise BrokenPictureError(str(error), annotation) from error
        if labels.ndim != 2 or labels.min() < 0 or labels.max() >= len(names):
            raise LeftOutError(
                annotation,
                f"has stray labels: {labels.max()} where {len(names)} are named",
                "photo left out: fetch it and label_list.mat again",
            )
        return LabelledPicture(
            stem=annotation.stem,
            file=str(photo),
            photo=photo,
            mask=garment[labels],
            body=body[labels],
            group=annotation.stem,
            kind=_find_kind(labels, names),
        )

    for annotation in annotations:
        yield UnreadPicture(str(annotation), partial(read, annotation))
