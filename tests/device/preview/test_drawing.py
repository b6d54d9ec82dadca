"""The live preview: the frame made small, with the mask drawn in."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.imaging.colour_order import ColourOrder
from device.preview.caption import Caption
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


def _draw(caption: Caption) -> npt.NDArray[np.int16]:
    frame = make_frame(np.full((600, 450, 3), 120, np.uint8))
    cutout = make_cutout(frame, np.full((600, 450), 255, np.uint8))
    data = encode_preview(cutout, longest_px=320, caption=caption)
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB).astype(np.int16)


def test_what_the_rig_waits_for_is_written_at_the_lower_edge() -> None:
    """The words are readable, and the rest of the picture stays as it was."""
    plain, written = _draw(Caption()), _draw(Caption("waiting for change"))
    differs = np.abs(plain - written).max(axis=2) > 40
    rows = np.flatnonzero(differs.any(axis=1))
    assert differs.sum() > 200
    assert rows.min() > 0.9 * len(differs)


def test_retake_is_drawn_large() -> None:
    """Nobody overlooks it: a red band over the whole width, however long the reasons are."""
    for reasons in ("blurred", "over-exposed, under-exposed, white-balance, touches-edge"):
        picture = _draw(Caption("moving", f"RETAKE\n{reasons}"))
        band = (picture[:, 2, 0] > 150) & (picture[:, 2, 1] < 90)
        assert 0.1 * len(picture) < band.sum() < 0.25 * len(picture)
        white = (picture[band] > 200).all(axis=2)
        assert white.any()
        assert not white[:, :3].any()
        assert not white[:, -3:].any()


def test_small_pictures_are_written_into_all_the_same() -> None:
    """A picture too small for words does not end the preview."""
    cutout = make_cutout(make_frame(np.zeros((3, 2, 3), np.uint8)), np.zeros((3, 2), np.uint8))
    assert encode_preview(cutout, caption=Caption("settling 0.4 s", "RETAKE\nblurred"))
