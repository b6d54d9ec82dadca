"""Cleaning of a teacher's mask: what is removed, added and kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.support.drawn_shirt import draw_shirt
from train.pseudolabel.cleaning import clean_mask

UInt8Array = npt.NDArray[np.uint8]
STRAP = (slice(2, 44), slice(80, 85))


def _scene() -> tuple[UInt8Array, UInt8Array, npt.NDArray[np.float32]]:
    """Return a picture, its exact mask, and the probabilities of a network that is sure."""
    picture, mask = draw_shirt(7)
    return picture, mask, np.where(mask > 0, 0.99, 0.01).astype(np.float32)


def test_cleaning_keeps_a_right_mask() -> None:
    """If teacher, network and colours agree, no pixel changes."""
    picture, mask, probability = _scene()
    cleaned = clean_mask(picture, mask, probability)
    assert (cleaned.mask == mask).all()
    assert cleaned.changed_share == 0
    assert cleaned.grabcut_iou > 0.97


def test_cleaning_removes_a_hook_and_keeps_a_strap() -> None:
    """A thin part about which the network is unsure is removed if its colour is foreign."""
    for colour, kept in (((25, 25, 30), False), ((190, 40, 40), True)):
        picture, mask, probability = _scene()
        picture[STRAP], mask[STRAP], probability[STRAP] = colour, 255, 0.5
        cleaned = clean_mask(picture, mask, probability)
        share = float((cleaned.mask[STRAP] >= 128).mean())
        assert share > 0.9 if kept else share < 0.1


def test_cleaning_adds_a_sleeve_that_the_teacher_missed() -> None:
    """What network and colours call garment is added without a gap around it."""
    picture, mask, probability = _scene()
    partial = mask.copy()
    partial[:, 106:] = 0
    cleaned = clean_mask(picture, partial, probability)
    assert ((cleaned.mask >= 128) != (mask > 0)).mean() < 0.002
    assert cleaned.changed_share > 0.05


def test_cleaning_needs_network_and_grabcut() -> None:
    """A part on which only the network contradicts the teacher stays unchanged."""
    picture, mask, probability = _scene()
    probability[80:110, 60:90] = 0.01  # denies the middle of the shirt
    probability[5:25, 5:25] = 0.99  # wants a piece of the wall
    cleaned = clean_mask(picture, mask, probability)
    assert (cleaned.mask[80:110, 60:90] == 255).all()
    assert (cleaned.mask[5:25, 5:25] == 0).all()


def test_cleaning_removes_specks_and_fills_pinholes() -> None:
    """Single pixels of noise in the teacher's mask are corrected."""
    picture, mask, probability = _scene()
    noisy = mask.copy()
    noisy[4, 4], noisy[100, 80] = 255, 0
    assert (clean_mask(picture, noisy, probability).mask == mask).all()
