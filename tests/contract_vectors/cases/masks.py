"""Pairs of masks for the vectors, the degenerate ones first."""

from __future__ import annotations

import numpy as np

from tests.contract_vectors.reference.masks import BoolArray

Pair = tuple[BoolArray, BoolArray]

# Sets of pictures whose figures are pooled.
SETS: dict[str, tuple[str, ...]] = {
    "no picture": (),
    "nothing to find, nothing found": ("empty on empty",),
    "nothing to find, all found": ("full on empty",),
    "nothing to find twice, once found": ("empty on empty", "full on empty"),
    "garment that fills the frame": ("full on full",),
    "missed altogether": ("empty on full", "empty on a square"),
    "bare forms among garments": ("shifted by 1", "empty on empty", "one pixel on empty"),
    "a small picture fails": ("square on square", "one pixel on another"),
    "sizes differ": ("square on square", "one pixel picture, found", "large disk, shifted by 3"),
}


def draw_masks() -> dict[str, Pair]:
    """Name to prediction and truth, bool (height, width) each."""
    empty, full = np.zeros((40, 52), np.bool_), np.ones((40, 52), np.bool_)
    square = _rectangle(slice(10, 30), slice(14, 38))
    one, other = _rectangle(slice(20, 21), slice(26, 27)), _rectangle(slice(3, 4), slice(5, 6))
    line = _rectangle(slice(5, 35), slice(26, 27))
    left, frame = _rectangle(slice(0, 40), slice(0, 26)), ~_rectangle(slice(1, 39), slice(1, 51))
    rows, columns = np.indices((18, 22))
    check = np.asarray((rows + columns) % 2 == 0)
    noise = np.asarray(np.random.default_rng(133).random((18, 22)) < 0.5)
    pairs: dict[str, Pair] = {
        "empty on empty": (empty, empty),
        "full on empty": (full, empty),
        "empty on full": (empty, full),
        "full on full": (full, full),
        "full on a square": (full, square),
        "empty on a square": (empty, square),
        "square on empty": (square, empty),
        "square on full": (square, full),
        "square on square": (square, square),
        "one pixel on empty": (one, empty),
        "one pixel on itself": (one, one),
        "one pixel on another": (one, other),
        "one pixel on full": (one, full),
        "corner pixel on itself": (_corner(), _corner()),
        "corner pixel on full": (_corner(), full),
        "all but one pixel on full": (~one, full),
        "line on itself": (line, line),
        "line on the square": (line, square),
        **{f"line shifted by {by}": (np.roll(line, by, axis=1), line) for by in (1, 2, 3)},
        **{f"shifted by {by}": (np.roll(square, by, axis=1), square) for by in (1, 2, 3, 4)},
        "cut by the frame": (left, left),
        "cut by the frame, short of it": (_rectangle(slice(0, 40), slice(1, 26)), left),
        "cut by the frame, a row less": (_rectangle(slice(1, 40), slice(0, 26)), left),
        "along the frame's rim": (frame, frame),
        "along the frame's rim on full": (frame, full),
        "check on its inverse": (check, ~check),
        "check on full": (check, np.ones_like(check)),
        "noise on the square": (noise, square[8:26, 12:34]),
        "noise on noise": (noise, np.flip(noise)),
        "hole missed": (square, square & ~_rectangle(slice(18, 22), slice(24, 28))),
    }
    for name, mask in (("found", np.ones((1, 1), bool)), ("missed", np.zeros((1, 1), bool))):
        pairs[f"one pixel picture, {name}"] = mask, np.ones((1, 1), np.bool_)
    row = np.zeros((1, 31), np.bool_)
    row[0, 4:11] = True
    pairs["one row"] = np.roll(row, 2), row
    pairs["one column"] = np.roll(row, 1).T.copy(), row.T.copy()
    for by in (1, 3):
        pairs[f"large disk, shifted by {by}"] = _disk(by), _disk(0)
    pairs["odd sizes"] = noise[:17, :13].copy(), np.flip(noise[:17, :13]).copy()
    return pairs


def _rectangle(rows: slice, columns: slice) -> BoolArray:
    mask = np.zeros((40, 52), np.bool_)
    mask[rows, columns] = True
    return mask


def _corner() -> BoolArray:
    return _rectangle(slice(0, 1), slice(0, 1))


def _disk(shift: int) -> BoolArray:
    """A disk on a picture large enough for a tolerance of more than a pixel, and cut by it."""
    rows, columns = np.indices((150, 140))
    return np.asarray((rows - 120) ** 2 + (columns - 70 - shift) ** 2 < 40**2)
