"""Strokes of a brush on a mask: hints, and the picture has the edge."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.correction.corrector import Corrector, replay
from device.correction.stroke import Stroke, read_stroke
from tests.support.pictures import make_frame

UInt8Array = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 480, 360


def _fill(*corners: tuple[float, float]) -> UInt8Array:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    fixed = np.round(np.array(corners) * (WIDTH, HEIGHT) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], (255,), cv2.LINE_AA, 4)
    return mask


def _draw_scene(leak: UInt8Array, colour: tuple[int, int, int]) -> tuple[UInt8Array, UInt8Array]:
    """A patterned shirt before a wall with something beside it: the picture, and the shirt."""
    chance = np.random.default_rng(3)
    outline = [(0.3, 0.2), (0.7, 0.2), (0.85, 0.45), (0.74, 0.5), (0.68, 0.38), (0.68, 0.85)]
    shirt = _fill(*outline, *((1 - x, y) for x, y in reversed(outline)))
    pattern = cv2.resize(chance.normal(0, 14, (40, 40, 1)), (WIDTH, HEIGHT))[..., np.newaxis]
    picture = np.full((HEIGHT, WIDTH, 3), (196, 190, 182), np.float64)
    for mask, paint in ((leak, colour), (shirt, (70, 60, 150))):
        share = mask[..., np.newaxis] / 255
        picture = picture * (1 - share) + (np.array(paint) + pattern) * share
    picture += chance.normal(0, 3, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8), shirt


def _draw_plant() -> UInt8Array:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for leaf in range(7):
        centre = (int((0.70 + 0.02 * leaf) * WIDTH), int((0.55 + 0.045 * leaf) * HEIGHT))
        axes = (WIDTH * 6 // 100, HEIGHT * 16 // 1000)
        cv2.ellipse(mask, centre, axes, -50 + 25 * leaf, 0, 360, (255,), -1, cv2.LINE_AA)
    return mask


def _draw_hand() -> UInt8Array:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    centre = (int(0.83 * WIDTH), int(0.52 * HEIGHT))
    axes = (WIDTH * 5 // 100, HEIGHT * 7 // 100)
    cv2.ellipse(mask, centre, axes, 20, 0, 360, (255,), -1, cv2.LINE_AA)
    for finger in range(4):
        tip = (int((0.78 + 0.04 * finger) * WIDTH), int(0.62 * HEIGHT))
        cv2.line(mask, centre, tip, (255,), WIDTH * 2 // 100, cv2.LINE_AA)
    return mask


def _stroke(mode: str, *points: tuple[float, float], radius_px: float = 7.0) -> Stroke:
    places = [[x * WIDTH, y * HEIGHT] for x, y in points]
    return read_stroke({"mode": mode, "radius_px": radius_px, "points": places})


PLANT = (
    _stroke("erase", *((0.71 + 0.02 * leaf, 0.55 + 0.045 * leaf) for leaf in range(7))),
    _stroke("erase", *((0.73 + 0.02 * leaf, 0.55 + 0.045 * leaf) for leaf in range(7))),
)
HAND = (
    _stroke("erase", (0.83, 0.49), (0.83, 0.55)),
    _stroke("erase", (0.79, 0.6), (0.83, 0.58), (0.89, 0.6)),
)


@pytest.mark.parametrize(
    ("leak", "colour", "strokes"),
    [(_draw_plant(), (60, 110, 50), PLANT), (_draw_hand(), (205, 150, 125), HAND)],
    ids=["plant", "hand"],
)
def test_a_leak_is_gone_in_two_strokes_and_the_edge_stays(
    leak: UInt8Array, colour: tuple[int, int, int], strokes: tuple[Stroke, Stroke]
) -> None:
    """Five hundredths of the mask go, and of the garment and its outline nothing does."""
    picture, shirt = _draw_scene(leak, colour)
    wrong = np.maximum(shirt, leak)
    assert np.count_nonzero(wrong >= 128) > 1.03 * np.count_nonzero(shirt >= 128)
    found = replay(make_frame(picture), wrong, strokes) >= 128
    truth = shirt >= 128
    beside = (leak >= 128) & ~truth
    assert np.count_nonzero(found & beside) <= 0.03 * np.count_nonzero(beside)
    assert np.count_nonzero(truth & ~found) <= 0.002 * np.count_nonzero(truth)
    assert np.count_nonzero(truth & found) / np.count_nonzero(truth | found) > 0.99
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.count_nonzero(found & ~near) <= 0.03 * np.count_nonzero(beside)


def test_a_piece_that_is_missing_comes_back_with_its_own_edge() -> None:
    """A stroke inside a sleeve that the mask has lost brings it back up to its outline."""
    picture, shirt = _draw_scene(np.zeros((HEIGHT, WIDTH), np.uint8), (0, 0, 0))
    wrong = shirt.copy()
    wrong[: int(0.55 * HEIGHT), int(0.7 * WIDTH) :] = 0
    stroke = _stroke("restore", (0.71, 0.3), (0.78, 0.44), radius_px=10)
    found = replay(make_frame(picture), wrong, [stroke]) >= 128
    truth = shirt >= 128
    before = np.count_nonzero(truth & (wrong < 128))
    assert np.count_nonzero(truth & ~found) < 0.06 * before
    assert np.count_nonzero(found & ~truth) < 0.06 * before


def test_far_from_the_stroke_no_pixel_changes() -> None:
    """The mask is as it was beyond the neighbourhood of the stroke, bit for bit."""
    leak = _draw_plant()
    picture, shirt = _draw_scene(leak, (60, 110, 50))
    wrong = np.maximum(shirt, leak)
    found = replay(make_frame(picture), wrong, PLANT)
    assert np.array_equal(found[:, : WIDTH // 2], wrong[:, : WIDTH // 2])
    assert np.all(found <= wrong)


def test_undo_and_redo_go_through_the_same_masks() -> None:
    """Each is as it was, also from the same strokes drawn anew; a new stroke ends the redo."""
    leak = _draw_hand()
    picture, shirt = _draw_scene(leak, (205, 150, 125))
    frame, wrong = make_frame(picture), np.maximum(shirt, leak)
    corrector = Corrector(frame, wrong)
    masks = [corrector.alpha.copy()]
    for stroke in (HAND[0], PLANT[0]):
        assert corrector.apply(stroke) is not None
        masks.append(corrector.alpha.copy())
    for expected in reversed(masks[:-1]):
        change = corrector.undo()
        assert change is not None
        assert np.array_equal(corrector.alpha, expected)
        rows, columns = change.region.rows, change.region.columns
        assert np.array_equal(change.alpha, expected[rows, columns])
    assert corrector.undo() is None
    for expected in masks[1:]:
        assert corrector.redo() is not None
        assert np.array_equal(corrector.alpha, expected)
    assert np.array_equal(replay(frame, wrong, corrector.strokes), masks[-1])
    corrector.undo()
    corrector.apply(HAND[1])
    assert not corrector.can_redo
    assert corrector.strokes == (HAND[0], HAND[1])


def test_strokes_anywhere_do_no_harm() -> None:
    """On nothing, outside the picture, over all of it, a dot in a corner: no mask breaks."""
    picture, shirt = _draw_scene(np.zeros((HEIGHT, WIDTH), np.uint8), (0, 0, 0))
    corrector = Corrector(make_frame(picture, colour_order="BGR"), shirt)
    assert corrector.apply(_stroke("erase", (5.0, 5.0))) is None
    for mode in ("erase", "restore"):
        for points, radius_px in (
            (((0.02, 0.02),), 1.0),
            (((0.0, 0.0), (1.0, 1.0)), 2000.0),
            (((0.5, 0.5), (0.5, 0.5), (-3.0, 0.5)), 4.0),
            (((0.999, 0.999),), 0.5),
        ):
            corrector.apply(_stroke(mode, *points, radius_px=radius_px))
    assert corrector.alpha.shape == shirt.shape


@pytest.mark.parametrize(
    "fields",
    [
        *(None, {}, {"mode": "erase"}, {"mode": "paint", "radius_px": 1, "points": [[0, 0]]}),
        {"mode": "erase", "radius_px": 0, "points": [[0, 0]]},
        {"mode": "erase", "radius_px": True, "points": [[0, 0]]},
        {"mode": "erase", "radius_px": 5, "points": []},
        {"mode": "erase", "radius_px": 5, "points": [[0]]},
        {"mode": "erase", "radius_px": 5, "points": ["ab"]},
        {"mode": "erase", "radius_px": 5, "points": [[0, float("nan")]]},
        {"mode": "erase", "radius_px": 5, "points": [[0, 1e9]]},
        {"mode": "erase", "radius_px": 5, "points": [[0, 0]] * 2001},
    ],
)
def test_what_is_no_stroke_is_refused_in_a_sentence(fields: object) -> None:
    """Strokes come from outside, and nothing in them is trusted."""
    with pytest.raises(ValueError, match="stroke"):
        read_stroke(fields)
