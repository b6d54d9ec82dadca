"""Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014) in its own layout.

photos/NNNN.jpg, annotations/pixel-level/NNNN.mat with ``groundtruth``, a label number per
pixel, and label_list.mat with the 59 label names. The names decide what is a garment, not
their numbers, so that a re-ordered list still imports rightly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import scipy.io
from scipy.io.matlab import MatReadError

from train.datasets.pictures import Labelled
from train.errors import UsageError

NOT_GARMENT = frozenset({
    "null", "skin", "hair", "accessories", "bag", "bracelet", "earrings", "glasses", "necklace",
    "purse", "ring", "sunglasses", "wallet", "watch", "boots", "clogs", "flats", "heels",
    "loafers", "pumps", "sandals", "shoes", "sneakers", "wedges",
})  # fmt: skip
BODY = frozenset({"skin", "hair"})
SOURCE = "Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014)"
LICENCE = "Apache-2.0"


def _read_mat(path: Path, variable: str) -> npt.NDArray[Any]:
    try:
        return np.asarray(scipy.io.loadmat(path)[variable])
    except (ValueError, KeyError, OSError, MatReadError) as error:
        raise UsageError(f"{path} is damaged or has no {variable}: fetch it again") from error


def _label_names(path: Path) -> list[str]:
    return [str(cell[0]) for cell in _read_mat(path, "label_list")[0]]


def _lookup(names: list[str], chosen: frozenset[str], *, inside: bool) -> npt.NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for number, name in enumerate(names):
        table[number] = 255 if (name in chosen) == inside else 0
    return table


def count(folder: Path) -> int:
    """Return the number of annotated photos."""
    return len(list((folder / "annotations" / "pixel-level").glob("*.mat")))


def read(folder: Path) -> Iterator[Labelled]:
    """Read each annotated photo.

    Args:
        folder: the data set's own folder.

    Yields:
        Photo, garment mask and body mask; each photo is a group of its own.

    Raises:
        UsageError: the folder is not in the data set's layout, or a photo is missing or does
            not fit its annotation.
    """
    annotations = sorted((folder / "annotations" / "pixel-level").glob("*.mat"))
    label_list = folder / "label_list.mat"
    if not annotations or not label_list.is_file():
        raise UsageError(
            f"{folder} is not Clothing Co-Parsing: it needs label_list.mat, photos/ and "
            "annotations/pixel-level/*.mat"
        )
    names = _label_names(label_list)
    garment = _lookup(names, NOT_GARMENT, inside=False)
    body = _lookup(names, BODY, inside=True)
    for annotation in annotations:
        photo = folder / "photos" / f"{annotation.stem}.jpg"
        picture = cv2.imread(str(photo), cv2.IMREAD_COLOR) if photo.is_file() else None
        if picture is None:
            raise UsageError(f"{photo} is missing or no picture: {annotation.name} needs it")
        labels = _read_mat(annotation, "groundtruth").astype(np.uint8)
        if labels.shape != picture.shape[:2]:
            raise UsageError(
                f"{photo} is {picture.shape[1]}x{picture.shape[0]} but {annotation.name} is "
                f"{labels.shape[1]}x{labels.shape[0]}: fetch both again"
            )
        yield Labelled(
            stem=annotation.stem,
            photo=photo,
            mask=garment[labels],
            body=body[labels],
            group=annotation.stem,
            kind="street",
        )
