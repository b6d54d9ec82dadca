"""The frame's pixels near the mask's edge."""

from __future__ import annotations

import numpy as np
import pytest

from device.imaging.region import Region
from device.matting.band import BandPixels, SampleGrid


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ((99, 176), (1080, 1920)),
        ((132, 176), (3040, 4056)),
        ((31, 17), (97, 64)),
        ((5, 5), (5, 5)),
        ((9, 7), (5, 4)),
    ],
)
def test_the_band_is_what_enlarging_it_would_give(
    small: tuple[int, int], large: tuple[int, int]
) -> None:
    """The quick way gives the very pixels that are nearest to one that is marked."""
    marked = (np.random.default_rng(small[0]).random(small) > 0.9).astype(np.uint8)
    grid = SampleGrid(small, Region(3, 4, *large))
    wanted = grid.enlarge(marked)
    assert wanted.shape == large
    rows, columns = np.nonzero(wanted)
    found = grid.find_pixels(marked)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.columns, columns)


def test_no_band_is_no_pixel() -> None:
    """A picture without an edge has an empty band."""
    found = SampleGrid((9, 7), Region(0, 0, 70, 90)).find_pixels(np.zeros((9, 7), np.uint8))
    assert found.rows.size == 0
    assert found.split() == []


def test_stretches_leave_nothing_out() -> None:
    """Worked on in stretches, each pixel comes up once, in order."""
    rows, columns = np.arange(100_000) * 3, np.arange(100_000) * 2
    stretches = BandPixels(rows, columns).split()
    np.testing.assert_array_equal(np.concatenate([each.rows for each in stretches]), rows)
    np.testing.assert_array_equal(np.concatenate([each.columns for each in stretches]), columns)


def test_fields_are_interpolated_at_pixel_centres() -> None:
    """A field that rises evenly is read evenly at any of the larger grid's pixels."""
    field = np.arange(10, dtype=np.float32)[None, :, None].repeat(6, 0).repeat(4, 2)
    pixels = BandPixels(np.array([30, 30, 30]), np.array([5, 50, 94]))
    found = SampleGrid((6, 10), Region(0, 0, 60, 100)).sample(field, pixels)
    np.testing.assert_allclose(found[0, :, 0], [0.05, 4.55, 8.95], atol=0.05)


def test_many_pixels_are_read_as_few_are() -> None:
    """However many are asked for at once, each is read at its own place."""
    field = np.random.default_rng(0).random((30, 40, 4), np.float32)
    rows, columns = np.divmod(np.arange(200 * 250), 250)
    grid = SampleGrid((30, 40), Region(0, 0, 200, 250))
    found = grid.sample(field, BandPixels(rows, columns))
    assert found.shape == (1, 200 * 250, 4)
    few = slice(33_000, 33_100)
    np.testing.assert_array_equal(
        found[:, few], grid.sample(field, BandPixels(rows[few], columns[few]))
    )
