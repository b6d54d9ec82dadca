"""Leaks that are made of labels, and the strokes of a person."""

from __future__ import annotations

import numpy as np

from benchmarks.correction.__main__ import measure_strokes
from benchmarks.correction.leaks import draw_stroke, find_leak
from benchmarks.datasets.labelled import LabelledPicture


def test_a_leak_is_a_part_of_the_body_that_touches_the_garment() -> None:
    """One of the right size is found and goes in two strokes; a bare picture has none."""
    pixels = np.full((300, 200, 3), 200, np.uint8)
    garment = np.zeros((300, 200), np.float32)
    body = np.zeros((300, 200), bool)
    garment[50:200, 50:150], body[200:230, 60:85] = 1, True
    body[280:284, 10:14] = True
    pixels[garment > 0], pixels[body] = (40, 60, 140), (210, 150, 120)
    picture = LabelledPicture("drawn", "1", "1", False, pixels, garment, body)  # noqa: FBT003
    leak = find_leak(picture)
    assert leak is not None
    assert np.array_equal(leak.leak, body & (np.arange(300) < 260)[:, np.newaxis])
    stroke = draw_stroke(leak.leak)
    assert all(leak.leak[round(y), round(x)] for x, y in stroke.points)
    outcome = measure_strokes(picture, leak)
    assert outcome.left[-1] < 0.05
    assert outcome.lost < 0.005
    assert outcome.iou[1] > outcome.iou[0]
    bare = LabelledPicture("drawn", "1", "1", True, pixels, garment, body)  # noqa: FBT003
    assert find_leak(bare) is None
