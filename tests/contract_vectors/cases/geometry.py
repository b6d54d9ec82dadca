"""Frames, logits and input descriptions for the vectors, the degenerate ones first."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.contract_vectors.reference.geometry import (
    Float32Array,
    Size,
    UInt8Array,
    cells_on_frame,
    place,
)

GREY = (127, 127, 127)
PORTRAIT: Size = (48, 32)
# Name to frame (height, width) and input (height, width).
FRAMES: dict[str, tuple[Size, Size]] = {
    "one pixel": ((1, 1), PORTRAIT),
    "one row": ((1, 999), PORTRAIT),
    "one column": ((999, 1), PORTRAIT),
    "two rows": ((2, 350), PORTRAIT),
    "of the input's size": (PORTRAIT, PORTRAIT),
    "twice the input": ((96, 64), PORTRAIT),
    "four times the input": ((192, 128), PORTRAIT),
    "odd": ((95, 63), PORTRAIT),
    "odd, fill above and below": ((63, 65), PORTRAIT),
    "odd, fill left and right": ((97, 31), PORTRAIT),
    "smaller than the input": ((17, 11), PORTRAIT),
    "smaller, fill above and below": ((10, 25), PORTRAIT),
    "just above half a step": ((73, 49), PORTRAIT),
    "landscape": ((60, 107), PORTRAIT),
    "landscape input": ((75, 50), (32, 48)),
    "square input": ((53, 80), (32, 32)),
    "fill of one row at one side only": ((47, 32), PORTRAIT),
}


def draw_frames() -> dict[str, tuple[UInt8Array, Size, tuple[int, int, int]]]:
    """Name to a frame of noise, the input's size and the fill's colour."""
    random = np.random.default_rng(131)
    drawn: dict[str, tuple[UInt8Array, Size, tuple[int, int, int]]] = {}
    for number, (name, (frame, canvas)) in enumerate(FRAMES.items()):
        pixels = random.integers(0, 256, (*frame, 3), dtype=np.uint8)
        drawn[name] = pixels, canvas, GREY if number % 2 else (0, 128, 255)
    return drawn


def draw_logits() -> dict[str, tuple[Float32Array, Size, Size]]:
    """Name to logits (rows, columns), the frame's size and the input's."""
    random = np.random.default_rng(132)
    drawn: dict[str, tuple[Float32Array, Size, Size]] = {}
    for name, (frame, canvas) in FRAMES.items():
        cells = canvas[0] // 4, canvas[1] // 4
        drawn[name] = random.normal(0, 3, cells).astype(np.float32), frame, canvas
    drawn["empty"] = np.full((12, 8), -9, np.float32), (25, 35), PORTRAIT
    drawn["full"] = np.full((12, 8), 9, np.float32), (25, 35), PORTRAIT
    one = np.full((12, 8), -9, np.float32)
    one[6, 4] = 9
    drawn["one cell"] = one, (25, 35), PORTRAIT
    for name, frame in (("above and below", (30, 45)), ("left and right", (75, 30))):
        # The garment fills the frame, and the network calls the fill background, as it should.
        spot = place(frame, PORTRAIT)
        top, bottom = cells_on_frame(12, 4, spot.top, spot.height)
        left, right = cells_on_frame(8, 4, spot.left, spot.width)
        logits = np.full((12, 8), -20, np.float32)
        logits[top : bottom + 1, left : right + 1] = 1
        drawn[f"cut by the frame, fill {name}"] = logits, frame, PORTRAIT
    ties = random.integers(-1, 2, (12, 8)).astype(np.float32)  # int8 logits meet 0 exactly
    drawn["ties"] = ties, (24, 16), PORTRAIT
    coarse = random.normal(0, 3, (3, 2)).astype(np.float32)
    drawn["stride 16"] = coarse, (37, 20), PORTRAIT
    drawn["stride 32, one column"] = coarse[:, :1].copy(), (40, 13), (96, 32)
    return drawn


def _table(mean: float, std: float, dtype: str, scale: float, zero_point: int) -> dict[str, Any]:
    return {"mean": mean, "std": std, "dtype": dtype, "scale": scale, "zero_point": zero_point}


TABLES = [
    _table(127.5, 127.5, "int8", 0.007843137718737125, -1),  # what TFLite makes of -1 to 1
    _table(127.5, 127.5, "int8", 1 / 127.5, 0),  # every value falls on a half
    _table(127.5, 127.5, "uint8", 1 / 127.5, 128),
    _table(127.5, 127.5, "float32", 1.0, 0),
    _table(0.0, 1.0, "uint8", 1.0, 0),
    _table(0.0, 255.0, "float32", 1.0, 0),
    _table(123.675, 58.395, "int8", 0.018658, -14),
    _table(123.675, 58.395, "float32", 1.0, 0),
    _table(0.0, 255.0, "int8", 0.001, -128),  # most values are clipped
    _table(127.5, 127.5, "int8", 1.0, 0),  # three values are left
]
