"""The garment's own colour in its soft edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.encoding.layout import lay_on
from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from device.imaging.mask import make_mask
from device.imaging.region import Region
from device.matting.band import BandPixels, SampleGrid
from device.matting.foreground import EdgeColours, Foreground
from device.pipeline.cutout import Cutout
from tests.support.pictures import make_frame

RED, GREEN = (180, 40, 60), (70, 160, 80)


def soft_disc(height_px: int = 240, width_px: int = 320) -> UInt8Array:
    """A disc whose edge is ten pixels soft."""
    rows, columns = np.mgrid[:height_px, :width_px]
    inside = 80 - np.hypot(rows - height_px / 2, columns - width_px / 2)
    return np.asarray(np.clip((inside / 10 + 0.5) * 255, 0, 255), dtype=np.uint8)


def cut(alpha: UInt8Array, *, bgr: bool = False) -> Cutout:
    """A red disc before green, mixed as its alpha says, cut out with its edge colours."""
    share = alpha[..., None] / 255
    mixed = np.round(share * np.array(RED) + (1 - share) * np.array(GREEN)).astype(np.uint8)
    size = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    picture = np.asarray(cv2.resize(mixed, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    small = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    shown = mixed[:, :, ::-1].copy() if bgr else mixed
    frame = make_frame(shown, colour_order="BGR" if bgr else "RGB")
    region = Region.whole(frame)
    rows, columns = np.nonzero((alpha > 0) & (alpha < 255))
    colours = Foreground(small, picture).estimate_colours(
        SampleGrid((small.shape[0], small.shape[1]), region),
        BandPixels(rows, columns),
        mixed[rows, columns],
        alpha[rows, columns],
    )
    where = np.ravel_multi_index((rows, columns), alpha.shape)
    edge = EdgeColours(where, colours[:, ::-1] if bgr else colours)
    return Cutout(frame, make_mask(alpha), "test", "none", edge_colours=edge)


@pytest.mark.parametrize("bgr", [False, True])
@pytest.mark.parametrize("background", ["#ffffff", "#000000", "#ff00ff"])
def test_no_backdrop_shows_on_another_ground(background: str, *, bgr: bool) -> None:
    """On white, black and magenta the edge is the garment's red, with a fifth of the error left."""
    alpha = soft_disc()
    cutout = cut(alpha, bgr=bgr)
    share = alpha[..., None] / 255
    ground = np.array([*bytes.fromhex(background[1:])])
    truth = share * np.array(RED) + (1 - share) * ground
    edge = (alpha > 0) & (alpha < 255)
    ours = lay_on(RgbaRows(cutout).compute_all(), background)[:, :, :3]
    pixels = cutout.frame.pixels[:, :, ::-1] if bgr else cutout.frame.pixels
    naive = share * pixels + (1 - share) * ground
    error = ((ours - truth)[edge] ** 2).mean()
    assert error < 0.2 * ((naive - truth)[edge] ** 2).mean()


def test_inside_the_garment_nothing_changes() -> None:
    """Opaque pixels are the frame's own, bit for bit, and hidden ones are black."""
    alpha = soft_disc()
    cutout = cut(alpha)
    picture = RgbaRows(cutout).compute_all()
    solid = alpha == 255
    np.testing.assert_array_equal(picture[solid, :3], cutout.frame.pixels[solid])
    assert not picture[alpha == 0].any()
    np.testing.assert_array_equal(picture[:, :, 3], alpha)
