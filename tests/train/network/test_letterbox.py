"""Fitting pictures into the input, and logits back onto pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from train.network.letterbox import Letterbox


@pytest.mark.parametrize(
    ("height", "width"), [(830, 550), (480, 640), (256, 256), (31, 97), (1080, 1920)]
)
def test_a_mask_comes_back_where_it_was(height: int, width: int) -> None:
    """A garment fitted into the input and read at stride 4 returns to its own pixels."""
    truth = np.zeros((height, width), np.uint8)
    cv2.ellipse(
        truth, (width // 2, height // 2), (width // 4, height // 3), 15, 0, 360, (255,), cv2.FILLED
    )
    box = Letterbox.fit((height, width), (256, 256))
    share = cv2.resize(box.place(truth, 0), (64, 64), interpolation=cv2.INTER_AREA)
    back = box.logits_to_frame(share.astype(np.float32) / 255 - np.float32(0.5), 4) > 0
    both, either = (back & (truth > 0)).sum(), (back | (truth > 0)).sum()
    assert both / either > 0.95
    moments, expected = (
        cv2.moments(back.astype(np.uint8)),
        cv2.moments((truth > 0).astype(np.uint8)),
    )
    cell_px = 4 * max(height, width) / 256
    for axis in ("m10", "m01"):
        offset = moments[axis] / moments["m00"] - expected[axis] / expected["m00"]
        assert abs(offset) < 0.1 * cell_px


def test_the_picture_keeps_its_shape() -> None:
    """A portrait photo is as high as the input, centred, with fill at both sides."""
    picture = np.full((800, 400, 3), 200, np.uint8)
    placed = Letterbox.fit((800, 400), (256, 256)).place(picture, (1, 2, 3))
    assert (placed[:, 64:192] == 200).all()
    assert (placed[:, :64] == (1, 2, 3)).all()
    assert (placed[:, 192:] == (1, 2, 3)).all()


def test_a_garment_that_the_frames_edge_cuts_reaches_that_edge() -> None:
    """The cells of the letterbox's fill say nothing, whatever the network makes of them."""
    box = Letterbox.fit((170, 256), (256, 256))
    logits = np.full((64, 64), -20, np.float32)
    logits[11:53] = 1  # the cells whose centres lie on the picture
    assert (box.logits_to_frame(logits, 4) == 1).all()
