"""What reaches in from the picture's side, kept apart from props, shadows and the garment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from device.verdict.reach_in import measure_reach

Thumbnail = npt.NDArray[np.uint8]
NOTHING = np.zeros((64, 48), np.bool_)
BARE = np.full((64, 48, 3), 190, np.uint8)


def _dress() -> tuple[Thumbnail, npt.NDArray[np.bool_]]:
    shown, garment = BARE.copy(), NOTHING.copy()
    shown[20:44, 16:32], garment[20:44, 16:32] = (150, 20, 40), True
    return shown, garment


def test_who_stands_at_the_side_reaches_in() -> None:
    """A sleeve at the frame's edge counts, whether the model takes it for a garment or not."""
    shown, garment = _dress()
    shown[10:60, 42:] = (40, 60, 90)
    assert measure_reach(BARE, shown, garment) == pytest.approx(50 * 6 / NOTHING.size, rel=0.2)
    garment[10:60, 42:] = True
    assert measure_reach(BARE, shown, garment) > 0.05


def test_an_arm_from_above_reaches_in() -> None:
    """An arm that comes from the top is somebody's."""
    shown, garment = _dress()
    shown[:16, 22:26] = (205, 140, 110)
    assert measure_reach(BARE, shown, garment) == pytest.approx(16 * 4 / NOTHING.size, rel=0.1)


def test_what_is_no_person_reaches_in_from_nowhere() -> None:
    """The garment, a stool, a shadow at the side and a lamp that flickers hold nothing up."""
    shown, garment = _dress()
    shown[46:60, 38:] = (90, 60, 30)
    shown[30:36, :6] = 130
    darker = np.round(shown * 0.9).astype(np.uint8)
    assert measure_reach(BARE, darker, garment) == 0


def test_a_garment_that_the_frame_cuts_off_is_no_person() -> None:
    """A close-up of what the form wears may touch the side."""
    shown, garment = BARE.copy(), NOTHING.copy()
    shown[10:60, 10:], garment[10:60, 10:] = (150, 20, 40), True
    assert measure_reach(BARE, shown, garment) == 0


def test_another_camera_size_says_nothing() -> None:
    """A bare set of another stream is compared with nothing."""
    assert measure_reach(BARE[:, :40].copy(), *_dress()) == 0
