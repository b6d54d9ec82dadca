"""A picture with what a model got wrong painted in, small enough for a page."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, Int64Array, UInt8Array

LONGEST_PX = 400  # a column of the page on a screen of double density
# Okabe & Ito (2008): distinct with any colour blindness. Stripes differ too, for grey paper.
FALSE_POSITIVE = (213, 94, 0)
FALSE_NEGATIVE = (0, 114, 178)
SHOWN_FROM = 0.3  # of a shrunken pixel: a fault a third of it wide is still painted


def paint_faults(picture: UInt8Array, truth: BoolArray, mask: BoolArray) -> UInt8Array:
    """Paint faults and the true outline over a picture.

    Args:
        picture: uint8 (height, width, 3), RGB.
        truth: bool (height, width).
        mask: bool, same shape, as a model called it.

    Returns:
        uint8 RGB, at most `LONGEST_PX` on its longer side. False positives are orange with
        rising stripes, false negatives blue with falling ones, the true outline is white on
        black; the picture itself is paled towards grey so that its own colours do not compete.
    """
    scale = min(1.0, LONGEST_PX / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
    canvas = 0.12 * small + 0.88 * small.mean(axis=2, keepdims=True)
    rows, columns = np.indices(canvas.shape[:2])
    _paint(canvas, _shrink(mask & ~truth, size) >= SHOWN_FROM, FALSE_POSITIVE, rows + columns)
    _paint(canvas, _shrink(truth & ~mask, size) >= SHOWN_FROM, FALSE_NEGATIVE, rows - columns)
    painted = np.asarray(np.clip(canvas, 0, 255), np.uint8)
    outline, _ = cv2.findContours(
        (_shrink(truth, size) >= 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
    )
    cv2.drawContours(painted, outline, -1, (0, 0, 0), 3)
    cv2.drawContours(painted, outline, -1, (255, 255, 255), 1)
    return painted


def _shrink(mask: BoolArray, size: tuple[int, int]) -> Float32Array:
    """Return the share of each small pixel that a mask covers: float32 (height, width)."""
    shares = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return np.asarray(shares, np.float32) / 255


def _paint(
    canvas: Float32Array,
    where: BoolArray,
    colour: tuple[int, int, int],
    stripe: Int64Array,
) -> None:
    solid = where & (stripe % 6 < 2)
    canvas[where] = 0.45 * canvas[where] + 0.55 * np.array(colour, np.float32)
    canvas[solid] = colour


def encode_as_uri(picture: UInt8Array) -> str:
    """Encode a picture, uint8 RGB, as a JPEG in a ``data:`` address, part of the page itself."""
    # Full colour resolution: stripes of two pixels would run together without it.
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    # Quality 82: a page of 48 pictures is about 2 MB.
    options = [cv2.IMWRITE_JPEG_QUALITY, 82, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    done, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError("a picture of at least one pixel can always be encoded")
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()
