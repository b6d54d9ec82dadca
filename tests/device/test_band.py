"""The frame's pixels near the mask's edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.band import band_pixels, enlarged, in_parts


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ((198, 352), (1080, 1920)),
        ((264, 352), (3040, 4056)),
        ((31, 17), (97, 64)),
        ((5, 5), (5, 5)),
    ],
)
def test_the_band_is_what_enlarging_it_would_give(
    small: tuple[int, int], large: tuple[int, int]
) -> None:
    """The quick ways give the very pixels that OpenCV's nearest neighbour gives."""
    mask = (np.random.default_rng(small[0]).random(small) > 0.9).astype(np.uint8)
    size = (large[1], large[0])
    wanted = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    np.testing.assert_array_equal(enlarged(mask, size), wanted)
    np.testing.assert_array_equal(band_pixels(mask, size), np.flatnonzero(wanted))


def test_no_band_is_no_pixel() -> None:
    """A picture without an edge has an empty band."""
    assert band_pixels(np.zeros((9, 7), np.uint8), (70, 90)).size == 0


def test_parts_leave_nothing_out() -> None:
    """Worked on in parts, each index comes up once, in order."""
    where = np.arange(100_000) * 3
    np.testing.assert_array_equal(np.concatenate(in_parts(where)), where)
