"""The mask's edge on the picture's edge."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.imaging.arrays import Float32Array, UInt8Array
from device.matting import upsampling
from device.matting.alpha_field import refine_alpha
from device.matting.foreground import Foreground
from device.matting.noise import estimate_noise
from device.matting.upsampling import upsample_alpha
from tests.support.pictures import make_frame

HEIGHT_PX, WIDTH_PX = 600, 900
SMALL_PX = (171, 256)  # Height and width as a 256 pixel model sees that frame.
HALF_PX = (86, 128)  # Edges are found on half of that.
Colour = tuple[int, int, int]
Number = TypeVar("Number", np.uint8, np.float32)
BLUE, SAND = (40, 60, 160), (205, 190, 170)


def shirt(garment: Colour, backdrop: Colour) -> tuple[UInt8Array, UInt8Array]:
    """A shape with a slanted edge, a little noise, and its true mask."""
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    corners = np.array([[300, 80], [640, 130], [600, 520], [260, 500]], np.int32)
    cv2.fillPoly(mask, [corners], (255,))
    noise = np.random.default_rng(0).normal(0, 2, (HEIGHT_PX, WIDTH_PX, 3))
    picture = np.where(mask[..., None] > 0, np.array(garment), np.array(backdrop)) + noise
    return np.clip(picture, 0, 255).astype(np.uint8), mask


def small(picture: UInt8Array) -> UInt8Array:
    """As the model sees it."""
    shrunk = cv2.resize(picture, SMALL_PX[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.uint8)


def logits_of(mask: UInt8Array, grown_px: int = 0) -> Float32Array:
    """Logits that a model might give of a mask: too large by some pixels, and soft."""
    side = 2 * abs(grown_px) + 1
    grown = cv2.dilate(small(mask), np.ones((side, side), np.uint8))
    soft = cv2.GaussianBlur(grown, (9, 9), 0).astype(np.float32)
    return np.asarray((soft / 255 - 0.5) * 6, dtype=np.float32)


def halve(field: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Half of a picture or of logits."""
    half = cv2.resize(field, HALF_PX[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=field.dtype)


def snap(logits: Float32Array, picture: UInt8Array, *, bgr: bool = False) -> UInt8Array:
    """Both steps, on a camera of either channel order."""
    field = refine_alpha(halve(logits), 1.0, halve(small(picture)), stride=4, noise=2.0)
    shown = picture[:, :, ::-1].copy() if bgr else picture
    frame = make_frame(shown, colour_order="BGR" if bgr else "RGB")
    return upsample_alpha(field, Foreground(field.alpha, field.picture), frame, swapped=bgr).alpha


def overlap(alpha: UInt8Array, mask: UInt8Array) -> float:
    """Intersection over union."""
    garment, truth = alpha >= 128, mask >= 128
    return float((garment & truth).sum() / (garment | truth).sum())


@pytest.mark.parametrize("bgr", [False, True])
@pytest.mark.parametrize(
    ("garment", "backdrop"),
    [(BLUE, SAND), (SAND, BLUE), ((150, 90, 100), (90, 120, 100)), ((120,) * 3, (150,) * 3)],
)
def test_a_mask_off_by_a_cell_finds_the_edge(
    garment: Colour, backdrop: Colour, *, bgr: bool
) -> None:
    """A mask that the model drew half a cell too large ends on the garment's edge, not beyond.

    Dark on light, light on dark, two colours of one brightness, and faint edges alike.
    """
    picture, mask = shirt(garment, backdrop)
    logits = logits_of(mask, 2)
    alpha = snap(logits, picture, bgr=bgr)
    assert alpha.shape == mask.shape
    assert overlap(alpha, mask) > 0.985
    plain = np.asarray(cv2.resize(logits, (WIDTH_PX, HEIGHT_PX)) > 0, dtype=np.uint8) * 255
    assert overlap(np.asarray(plain, dtype=np.uint8), mask) < 0.94


def test_the_grain_of_a_large_frame_does_not_fray_the_edge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a cell of the mask is dozens of pixels wide, weave and noise stay out of the edge."""
    picture, mask = (each.repeat(4, axis=0).repeat(4, axis=1) for each in shirt(BLUE, SAND))
    grain = np.random.default_rng(5).normal(0, 14, picture.shape)
    picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    logits = logits_of(mask, 1)
    roughness = []
    for grain_px in (upsampling._GRAIN_PX, 1e6):
        monkeypatch.setattr(upsampling, "_GRAIN_PX", grain_px)
        alpha = snap(logits, picture)
        assert overlap(alpha, mask) > 0.98
        roughness.append(float(np.abs(cv2.Laplacian(alpha, cv2.CV_32F)).sum()))
    assert roughness[0] < 0.5 * roughness[1], "read pixel by pixel it is twice as rough"


def test_stripes_at_the_rim_belong_to_the_garment() -> None:
    """Dark and light stripes that run out to the edge stay, although one is like the backdrop."""
    picture, mask = shirt(BLUE, SAND)
    stripes = (np.arange(WIDTH_PX) // 30) % 2 == 0
    picture[(mask > 0) & stripes] = (120, 110, 100)
    assert overlap(snap(logits_of(mask), picture), mask) > 0.975


def test_the_inside_stays_opaque_and_the_outside_empty() -> None:
    """Away from the edge the alpha is exactly 255 or 0, however lively the fabric."""
    picture, mask = shirt(BLUE, SAND)
    picture[mask > 0] = np.random.default_rng(1).integers(0, 256, (int((mask > 0).sum()), 3))
    alpha = snap(logits_of(mask), picture)
    far = np.ones((101, 101), np.uint8)
    assert (alpha[cv2.erode(mask, far) > 0] == 255).all()
    assert (alpha[cv2.dilate(mask, far) == 0] == 0).all()


def test_without_an_edge_in_the_picture_the_models_edge_stays() -> None:
    """White on white: the mask is the model's own, neither lost nor moved by more than a cell."""
    picture, mask = shirt((230, 230, 230), (230, 230, 230))
    assert overlap(snap(logits_of(mask), picture), mask) > 0.97


@pytest.mark.parametrize("size", [(85, 128), (86, 127), (87, 129)])
def test_odd_sizes_shift_nothing(size: tuple[int, int]) -> None:
    """A picture of an odd height or width gives the mask of an even one."""
    picture, mask = shirt(BLUE, SAND)
    shrunk = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
    logits = cv2.resize(logits_of(mask, 1), size[::-1])
    field = refine_alpha(
        np.asarray(logits, dtype=np.float32),
        1.0,
        np.asarray(shrunk, dtype=np.uint8),
        stride=4,
        noise=2.0,
    )
    foreground = Foreground(field.alpha, field.picture)
    alpha = upsample_alpha(field, foreground, make_frame(picture), swapped=False).alpha
    assert overlap(alpha, mask) > 0.99


@pytest.mark.parametrize("logit", [-3.0, 3.0])
def test_a_picture_of_one_kind_stays_so(logit: float) -> None:
    """All garment or none needs no edge."""
    picture, _ = shirt(BLUE, SAND)
    found = snap(np.full(SMALL_PX, logit, np.float32), picture)
    assert found.shape == (HEIGHT_PX, WIDTH_PX)
    assert (found == (255 if logit > 0 else 0)).all()


@pytest.mark.parametrize("sigma", [0.0, 2.0, 6.0])
def test_noise_is_measured(sigma: float) -> None:
    """The noise of a frame is found to within a third, edges in it notwithstanding."""
    picture, _ = shirt(BLUE, SAND)
    noise = np.random.default_rng(3).normal(0, sigma, picture.shape)
    clean = cv2.GaussianBlur(picture, (9, 9), 0).astype(np.float64)
    found = estimate_noise(make_frame(np.clip(np.round(clean + noise), 0, 255).astype(np.uint8)))
    assert abs(found - sigma) < 0.4 + 0.3 * sigma
    assert estimate_noise(make_frame(np.zeros((1, 2, 3), np.uint8))) == 0
