"""Labels and their photo, upright and of one size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.datasets.dataset import BARE
from train.datasets.faults import Faults
from train.datasets.labelled_picture import LabelledPicture
from train.datasets.one_picture import LeftOutError
from train.datasets.photograph import Photograph, turn_upright


def fit_labels(
    item: LabelledPicture, photo: Photograph, faults: Faults, *, allow_empty: bool
) -> LabelledPicture:
    """Return the picture with its labels upright.

    Args:
        item: the picture as its format has it.
        photo: its pixels.
        faults: takes a note on what was turned.
        allow_empty: whether a picture without garment is kept, as kind ``bare``.

    Raises:
        LeftOutError: they do not fit the photo, or show no garment.
    """
    item = _turn_labels(item, photo, faults)
    for labels, what in ((item.mask, "mask"), (item.body, "body mask")):
        if labels is not None and labels.shape != photo.size:
            raise LeftOutError(
                item.file,
                f"is {photo.size[1]}x{photo.size[0]}, its {what} "
                f"{labels.shape[1]}x{labels.shape[0]}",
                "left out: export picture and mask in one size",
            )
    if not (item.mask >= 128).any():
        if allow_empty:
            return replace(item, kind=BARE)
        raise LeftOutError(
            item.file,
            "has an empty mask: no garment in it",
            "left out: label the garment, or use --allow-empty where none is meant",
        )
    return item


def _turn_labels(item: LabelledPicture, photo: Photograph, faults: Faults) -> LabelledPicture:
    """Turn labels upright that were drawn on the pixels as stored."""
    if photo.orientation == 1:
        return item
    fault = f"is stored turned (EXIF orientation {photo.orientation})"
    size = item.mask.shape
    if size == photo.stored_size != photo.size:
        faults.add(
            item.file,
            f"{fault} and its mask was drawn on the unturned picture",
            "picture and mask were both turned upright",
            harmful=False,
        )
        mask, body = (
            None
            if labels is None
            else np.asarray(turn_upright(labels, photo.orientation), np.uint8)
            for labels in (item.mask, item.body)
        )
        assert mask is not None  # noqa: S101 - item.mask is never None; mypy cannot see it
        return replace(item, mask=mask, body=body)
    if size == photo.size == photo.stored_size:
        fix = "the picture was turned upright, its mask taken for upright: look whether it fits"
    else:
        fix = "the picture was turned upright, as its mask is"
    faults.add(item.file, fault, fix, harmful=False)
    return item
