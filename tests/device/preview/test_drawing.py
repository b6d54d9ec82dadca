"""The live preview: the frame made small, with the mask drawn in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.imaging.colour_order import ColourOrder
from device.preview.drawing import encode_preview
from tests.support.pictures import make_cutout, make_frame


@pytest.mark.parametrize("colour_order", ["RGB", "BGR"])
def test_the_preview_is_small_and_shows_the_mask(colour_order: ColourOrder) -> None:
    """The garment keeps its colour, the rest does not, and the longer side is as asked."""
    red = (220, 30, 30) if colour_order == "RGB" else (30, 30, 220)
    frame = make_frame(np.full((600, 900, 3), red, np.uint8), colour_order=colour_order)
    alpha = np.zeros((600, 900), np.uint8)
    alpha[:, 450:] = 255
    data = encode_preview(make_cutout(frame, alpha), longest_px=300)
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert found.shape == (200, 300, 3)
    assert np.abs(found[100, 250].astype(int) - (220, 30, 30)).max() < 12
    assert np.abs(found[100, 50].astype(int) - (220, 30, 30)).max() > 60
