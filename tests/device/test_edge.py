"""The mask's edge on the picture's edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.edge import snap_to_edges
from device.frame import UInt8Array
from tests.pictures import make_frame

HEIGHT_PX, WIDTH_PX = 600, 900
SMALL_PX = (171, 256)  # Height and width as a 256 pixel model sees that frame.


def shirt(levels: tuple[int, int]) -> tuple[UInt8Array, UInt8Array]:
    """A shape with a slanted edge, garment and backdrop at two levels; and its true mask."""
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    corners = np.array([[300, 80], [640, 130], [600, 520], [260, 500]], np.int32)
    cv2.fillPoly(mask, [corners], (255,))
    noise = np.random.default_rng(0).normal(0, 2, (HEIGHT_PX, WIDTH_PX))
    grey = np.where(mask > 0, levels[0], levels[1]) + noise
    return np.dstack([np.clip(grey, 0, 255).astype(np.uint8)] * 3), mask


def small(picture: UInt8Array) -> UInt8Array:
    """As the model sees it."""
    shrunk = cv2.resize(picture, SMALL_PX[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.uint8)


def overlap(alpha: UInt8Array, mask: UInt8Array) -> float:
    """Intersection over union."""
    garment, truth = alpha >= 128, mask >= 128
    return float((garment & truth).sum() / (garment | truth).sum())


@pytest.mark.parametrize("levels", [(60, 210), (210, 60), (120, 150)])
def test_a_mask_off_by_a_cell_finds_the_edge(levels: tuple[int, int]) -> None:
    """A mask that the model drew one cell too large ends on the garment's edge, not beyond.

    Dark on light, light on dark and faint edges alike; the cell is 14 pixels wide here.
    """
    picture, mask = shirt(levels)
    grown = cv2.GaussianBlur(cv2.dilate(small(mask), np.ones((7, 7))), (5, 5), 0)
    grey = small(picture)[:, :, 0]
    alpha = snap_to_edges(
        np.asarray(grown, dtype=np.uint8), grey.copy(), make_frame(picture), stride=4
    )
    assert alpha.shape == mask.shape
    assert overlap(alpha, mask) > 0.985
    drawn = np.asarray(cv2.resize(grown, (WIDTH_PX, HEIGHT_PX)), dtype=np.uint8)
    assert overlap(drawn, mask) < 0.94


def test_the_inside_stays_opaque_and_the_outside_empty() -> None:
    """Away from the edge the alpha is exactly 255 or 0, however lively the fabric."""
    picture, mask = shirt((60, 210))
    picture[mask > 0] = np.random.default_rng(1).integers(0, 256, (int((mask > 0).sum()), 1))
    soft = np.asarray(cv2.GaussianBlur(small(mask), (5, 5), 0), dtype=np.uint8)
    grey = small(picture)[:, :, 0].copy()
    alpha = snap_to_edges(soft, grey, make_frame(picture), stride=4)
    far = np.ones((101, 101), np.uint8)
    assert (alpha[cv2.erode(mask, far) > 0] == 255).all()
    assert (alpha[cv2.dilate(mask, far) == 0] == 0).all()


def test_without_an_edge_in_the_picture_the_models_edge_stays() -> None:
    """White on white: the mask is the model's own, neither lost nor moved by more than a cell."""
    picture, mask = shirt((230, 230))
    soft = np.asarray(cv2.GaussianBlur(small(mask), (5, 5), 0), dtype=np.uint8)
    alpha = snap_to_edges(soft, small(picture)[:, :, 0].copy(), make_frame(picture), stride=4)
    assert overlap(alpha, mask) > 0.97


@pytest.mark.parametrize("level", [0, 255])
def test_a_picture_of_one_kind_stays_so(level: int) -> None:
    """All garment or none needs no edge."""
    picture, _ = shirt((60, 210))
    alpha = np.full(SMALL_PX, level, np.uint8)
    found = snap_to_edges(alpha, small(picture)[:, :, 0].copy(), make_frame(picture), stride=4)
    assert found.shape == (HEIGHT_PX, WIDTH_PX)
    assert (found == level).all()
