"""Logits to a mask: stray specks dropped, the edge a soft ramp of alpha."""

from __future__ import annotations

import cv2
import numpy as np

from device.frame import Float32Array, Mask, UInt8Array
from device.region import Region

SPECK_SHARE = 0.005
"""A component smaller than this share of all garment cells is a speck (a sock is not)."""

OPAQUE_LOGIT = 2.0
"""Never ask for more than this for full alpha, or unsure folds would turn translucent."""


def drop_specks(cells: Float32Array) -> Float32Array:
    """Turn islands of garment that are too small to be one into background.

    Works on the model's own cells, where it costs microseconds. Touching corners count as
    touching, so a thin diagonal strap is not cut into specks.

    Args:
        cells: float32, shape (rows, columns), garment logits.

    Returns:
        The logits, with those of specks mirrored below 0; the same array when there are none.
    """
    garment = (cells > 0).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(garment, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    specks = [i for i in range(1, count) if areas[i] < SPECK_SHARE * areas[1:].sum()]
    if not specks:
        return cells
    return np.where(np.isin(labels, specks), -np.abs(cells), cells)


def edge_logit(cells: Float32Array) -> float:
    """How far the logits rise within half a cell at this picture's garment edge.

    Alpha that goes from 0 to 255 between minus and plus this value makes a ramp of about one
    cell. It is measured for each picture, since a model is surer of some edges than others.
    """
    garment = cells > 0
    down, across = garment[1:] != garment[:-1], garment[:, 1:] != garment[:, :-1]
    steps = [(cells[1:] - cells[:-1])[down], (cells[:, 1:] - cells[:, :-1])[across]]
    crossing = np.abs(np.concatenate(steps))
    if crossing.size == 0:
        return OPAQUE_LOGIT
    return float(np.clip(np.median(crossing) / 2, 1e-3, OPAQUE_LOGIT))


def soft_alpha(logits: Float32Array, full_logit: float) -> UInt8Array:
    """A linear ramp: 0 up to ``-full_logit``, 128 at 0, 255 from ``full_logit`` on.

    Args:
        logits: float32, shape (height, width).
        full_logit: where alpha is full, above 0.

    Returns:
        uint8, shape (height, width).
    """
    slope = 127.5 / full_logit
    alpha = cv2.addWeighted(logits, slope, logits, 0, 127.5, dtype=cv2.CV_8U)
    return np.asarray(alpha, dtype=np.uint8)


def mask_of(alpha: UInt8Array, region: Region | None = None) -> Mask:
    """Measure an alpha into a `Mask`.

    Args:
        alpha: uint8, shape (height, width) of the frame.
        region: the part of the frame outside which there is no garment, None for all.
    """
    part = alpha if region is None else alpha[region.rows, region.columns]
    _, garment = cv2.threshold(part, 127, 255, cv2.THRESH_BINARY)
    pixels = cv2.countNonZero(garment)
    if pixels == 0:
        return Mask(alpha=alpha, garment_share=0.0, bbox=None)
    left, top, width, height = cv2.boundingRect(garment)
    if region is not None:
        left, top = left + region.left_px, top + region.top_px
    return Mask(alpha=alpha, garment_share=pixels / alpha.size, bbox=(left, top, width, height))
