"""Small pictures made by halving: the model's input, the preview, the thumbnail."""

from __future__ import annotations

import weakref

import cv2
import numpy as np
import pytest

from device.imaging.pyramid import ImagePyramid
from device.imaging.thumbnail import make_thumbnail, shrink, shrink_for_preview
from tests.support.pictures import make_frame, noise


def test_halves_are_exact_means_and_made_once() -> None:
    """Each pixel of a half is the mean of four, rounded; asked again, the same array comes."""
    picture = noise(24, 40)
    pyramid = ImagePyramid(picture)
    means = picture.reshape(12, 2, 20, 2, 3).mean(axis=(1, 3))
    half = pyramid.find_level(20, 12)
    assert np.abs(half - means).max() <= 0.5
    assert pyramid.resize(20, 12) is half
    assert pyramid.find_level(19, 11) is half
    assert pyramid.resize(40, 24) is picture


def test_what_is_near_is_interpolated_and_what_is_far_averaged() -> None:
    """Beyond a factor of 1.5 each pixel counts by its area, so that fine stripes do not beat."""
    stripes = np.zeros((90, 90, 3), np.uint8)
    stripes[:, ::2] = 255
    far = ImagePyramid(stripes).resize(48, 48)
    wanted = cv2.resize(stripes, (48, 48), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(far, wanted)
    near = ImagePyramid(stripes).resize(70, 70)
    wanted = cv2.resize(stripes, (70, 70), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(near, wanted)


@pytest.mark.parametrize(
    ("frame", "longest_px", "size"),
    [
        ((1080, 1920), 640, (270, 480)),  # a quarter is near enough
        ((1080, 1920), 900, (506, 900)),  # a quarter would be half of what is wanted
        ((720, 1280), 640, (360, 640)),
        ((480, 640), 640, (480, 640)),
        ((30, 20), 640, (30, 20)),
        ((1000, 10), 640, (500, 5)),
    ],
)
def test_previews_take_a_half_that_is_near(
    frame: tuple[int, int], longest_px: int, size: tuple[int, int]
) -> None:
    """A preview is at most as large as asked for, and smaller by less than a third for speed."""
    seen = make_frame(noise(*frame))
    small = shrink_for_preview(seen, longest_px)
    assert small.pixels.shape[:2] == size
    exact = shrink(seen, longest_px)
    assert max(exact.pixels.shape[:2]) == min(longest_px, max(frame))


def test_thumbnails_have_64_cells() -> None:
    """The trigger compares pictures of one size, whatever the camera's."""
    assert make_thumbnail(make_frame(noise(1080, 1920))).shape == (36, 64, 3)
    assert make_thumbnail(make_frame(noise(50, 20))).shape == (64, 26, 3)


@pytest.mark.parametrize(
    ("size", "ends"),
    [
        ((96, 128), (16, 64, 32, 112)),
        ((96, 128), (2, 94, 6, 122)),
        ((96, 128), (1, 95, 4, 124)),
        ((97, 131), (16, 64, 32, 112)),
    ],
)
def test_a_parts_halves_are_those_of_the_part_alone(
    size: tuple[int, int], ends: tuple[int, int, int, int]
) -> None:
    """Halves that there are already are used where that changes no pixel, and nowhere else."""
    pixels = noise(*size)
    rows, columns = slice(*ends[:2]), slice(*ends[2:])
    whole = ImagePyramid(pixels)
    whole.find_level(8, 8)
    part = whole.crop(rows, columns)
    alone = ImagePyramid(pixels[rows, columns])
    for width_px in (60, 40, 21, 11):
        wanted = alone.resize(width_px, width_px)
        np.testing.assert_array_equal(part.resize(width_px, width_px), wanted)


def test_a_pyramid_lives_as_long_as_its_frame() -> None:
    """Every user of a frame shares its levels, and none outlives it to fill the memory."""
    frame = make_frame(noise(96, 128))
    pyramid = weakref.ref(frame.pyramid)
    assert frame.pyramid is pyramid()
    del frame
    assert pyramid() is None


def test_a_part_of_a_frame_shares_the_levels_of_the_whole() -> None:
    """Nothing is halved twice for the sake of a region."""
    frame = make_frame(noise(96, 128))
    half = frame.pyramid.halve(1)
    part = frame.crop(slice(16, 64), slice(32, 112))
    assert np.shares_memory(part.pyramid.halve(1), half)
    np.testing.assert_array_equal(part.pixels, frame.pixels[16:64, 32:112])
