"""Cleaning a teacher's mask: what is cut, what is added, what is left alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.support.drawn_shirt import draw_shirt
from train.pseudolabel.cleaning import clean

UInt8Array = npt.NDArray[np.uint8]
STRAP = (slice(2, 44), slice(80, 85))


def _scene() -> tuple[UInt8Array, UInt8Array, npt.NDArray[np.float32]]:
    """A picture, its exact mask, and what a network that is sure of it would say."""
    picture, mask = draw_shirt(7)
    return picture, mask, np.where(mask > 0, 0.99, 0.01).astype(np.float32)


def test_a_right_mask_is_left_alone() -> None:
    """Where teacher, network and colours agree not a pixel changes."""
    picture, mask, probability = _scene()
    cleaned = clean(picture, mask, probability)
    assert (cleaned.mask == mask).all()
    assert cleaned.changed_share == 0
    assert cleaned.grabcut_iou > 0.97


def test_a_hook_goes_and_a_strap_stays() -> None:
    """A thin part in which the network half believes goes if its colour is not the garment's."""
    for colour, kept in (((25, 25, 30), False), ((190, 40, 40), True)):
        picture, mask, probability = _scene()
        picture[STRAP], mask[STRAP], probability[STRAP] = colour, 255, 0.5
        cleaned = clean(picture, mask, probability)
        share = float((cleaned.mask[STRAP] >= 128).mean())
        assert share > 0.9 if kept else share < 0.1


def test_a_sleeve_that_the_teacher_missed_comes_back() -> None:
    """What network and colours call garment is added, whole, without a rim."""
    picture, mask, probability = _scene()
    partial = mask.copy()
    partial[:, 106:] = 0
    cleaned = clean(picture, partial, probability)
    assert ((cleaned.mask >= 128) != (mask > 0)).mean() < 0.002
    assert cleaned.changed_share > 0.05


def test_one_opinion_is_not_enough() -> None:
    """A part that only the network denies, or only the network wants, stays as it was."""
    picture, mask, probability = _scene()
    probability[80:110, 60:90] = 0.01  # denies the middle of the shirt
    probability[5:25, 5:25] = 0.99  # wants a piece of the wall
    cleaned = clean(picture, mask, probability)
    assert (cleaned.mask[80:110, 60:90] == 255).all()
    assert (cleaned.mask[5:25, 5:25] == 0).all()


def test_specks_and_pinholes_go() -> None:
    """A teacher's noise of single pixels is taken away and filled."""
    picture, mask, probability = _scene()
    noisy = mask.copy()
    noisy[4, 4], noisy[100, 80] = 255, 0
    assert (clean(picture, noisy, probability).mask == mask).all()
