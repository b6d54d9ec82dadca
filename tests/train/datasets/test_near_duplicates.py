"""Near duplicates are found without comparing every picture with every other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.import_command import UInt8Array, picture
from train.datasets.duplicate_groups import DuplicateGroups
from train.datasets.near_duplicates import HashIndex, hash_picture

LARGE = (240, 180)


def _jpeg(pixels: UInt8Array, quality: int) -> UInt8Array:
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


CHANGES: dict[str, Callable[[UInt8Array], Any]] = {
    "encoded again": lambda pixels: _jpeg(pixels, 40),
    "half the size": lambda pixels: cv2.resize(pixels, None, fx=0.5, fy=0.5),
    "brighter": lambda pixels: np.clip(pixels * 1.15 + 5, 0, 255).astype(np.uint8),
    "mirrored": lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found(change: str) -> None:
    """Each of 60 changed copies finds its own original and no other picture."""
    index = HashIndex()
    # Darkened, so that brightening does not clip half of the picture.
    pictures = [np.asarray(picture(seed, *LARGE) // 4 * 3, np.uint8) for seed in range(60)]
    assert [index.add(hash_picture(each)) for each in pictures] == [[]] * 60
    found = [index.add(hash_picture(CHANGES[change](each))) for each in pictures]
    assert [copies[:1] for copies in found] == [[number] for number in range(60)]


def test_the_same_garment_in_another_colour_is_no_duplicate() -> None:
    """Two garments of one shape before one backdrop are told apart by their colours."""
    index = HashIndex()
    shape = np.zeros((*LARGE, 3), np.uint8) + np.uint8(200)
    shirts = []
    for colour in ((200, 30, 30), (30, 60, 200)):
        shirt = shape.copy()
        shirt[60:200, 40:140] = colour
        shirts.append(index.add(hash_picture(shirt)))
    assert shirts == [[], []]


def test_a_flat_picture_has_no_duplicates() -> None:
    """Two equal pictures without contrast are not reported as duplicates."""
    index = HashIndex()
    flat = np.full((*LARGE, 3), 128, np.uint8)
    assert [index.add(hash_picture(flat)) for _ in range(2)] == [[], []]


def test_duplicates_merge_groups_transitively() -> None:
    """If a group shares pictures with two others, all three are one, named by the first."""
    groups = DuplicateGroups()
    for seed, group in ((1, "c"), (2, "b"), (3, "z")):
        groups.add(hash_picture(picture(seed, *LARGE)), group)
    groups.add(hash_picture(picture(1, *LARGE)), "a")
    groups.add(hash_picture(picture(2, *LARGE)), "a")
    assert [groups.find_group(group) for group in "abcz"] == ["a", "a", "a", "z"]
    assert [(pair.earlier, pair.later) for pair in groups.pairs] == [(0, 3), (1, 4)]
