"""Thin parts of a teacher's mask that may be a hanger, a clip or a finger, or a strap."""

from __future__ import annotations

import math

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.grabcut import SURE

THIN_SHARE = 0.03  # of the diagonal: hooks, clips, fingers and straps are thinner
LEAST_AREA_SHARE = 0.00013  # of the diagonal squared: the rounded-off corners of a garment
# Below LIKELY a thin part is doubted unless its colours are the garment's; below UNLIKELY in any
# case. A network that learnt from such teachers half believes in hangers: 0.4 to 0.7 on the
# photos looked at, where hems and cuffs had 0.75 and more.
LIKELY = 0.65
UNLIKELY = 0.35
PALETTE = 8
OWN_COLOUR = 25  # distance in 8-bit CIELAB up to which a colour counts as the garment's
SAMPLED_PX = 1500


def open_mask(parts: BoolArray, thickness_px: int) -> BoolArray:
    """Keep what a disc of that diameter fits into; the picture's frame is no edge."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thickness_px, thickness_px))
    margin = (thickness_px,) * 4
    padded = cv2.copyMakeBorder(parts.astype(np.uint8), *margin, cv2.BORDER_REPLICATE)
    inner = slice(thickness_px, -thickness_px)
    return np.asarray(cv2.morphologyEx(padded, cv2.MORPH_OPEN, kernel)[inner, inner] > 0)


def specks(mask: BoolArray, least_px: float) -> BoolArray:
    """Find the parts of a mask that have fewer pixels."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return np.asarray(mask & (stats[:, cv2.CC_STAT_AREA] < least_px)[numbers])


def _palette(colours: Float32Array) -> Float32Array:
    """Find the commonest colours of some pixels, shape (pixels, 3)."""
    chosen = colours[:: max(1, len(colours) // SAMPLED_PX)]
    count = min(PALETTE, len(chosen))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    cv2.setRNGSeed(1)  # the clusters start at random places
    labels = np.zeros((len(chosen), 1), np.int32)
    _, _, centres = cv2.kmeans(chosen, count, labels, stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(centres, np.float32)


def _distance(lab: Float32Array, palette: Float32Array) -> Float32Array:
    """Distance of pixels, shape (pixels, 3), to the nearest colour of a palette."""
    apart = np.linalg.norm(lab[:, None] - palette[None], axis=2)
    return np.asarray(apart.min(axis=1), np.float32)


def _foreign(
    picture: UInt8Array, thin: BoolArray, garment: BoolArray, wall: BoolArray
) -> BoolArray:
    """Find the thin pixels whose colour is not the garment's, or sooner the background's."""
    if not (thin.any() and garment.any() and wall.any()):
        return thin
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    own = _distance(lab[thin], _palette(lab[garment]))
    other = _distance(lab[thin], _palette(lab[wall]))
    foreign = np.zeros(thin.shape, np.float32)
    foreign[thin] = (own > OWN_COLOUR) | (own >= other)
    # A majority around each pixel: noise and prints must not tear a strap.
    known = cv2.blur(thin.astype(np.float32), (7, 7))
    return np.asarray(thin & (cv2.blur(foreign, (7, 7)) > 0.5 * known))


def doubtful_parts(picture: UInt8Array, found: BoolArray, probability: Float32Array) -> BoolArray:
    """Find the thin parts of a teacher's mask that the network doubts.

    GrabCut alone cannot judge them: it pays by the length of the outline and cuts whatever is
    thin. So what has the garment's colours is doubted only when the network is nearly sure.

    Args:
        picture: uint8 (height, width, 3), RGB.
        found: the teacher's mask, bool (height, width).
        probability: of garment by the network, float32 (height, width), 0 to 1.

    Returns:
        The doubtful parts, bool (height, width).
    """
    diagonal_px = math.hypot(*found.shape)
    thin = found & ~open_mask(found, max(3, round(THIN_SHARE * diagonal_px)) | 1)
    thin &= ~specks(thin, LEAST_AREA_SHARE * diagonal_px**2)
    garment, wall = found & (probability > SURE) & ~thin, ~found & (probability < 1 - SURE)
    foreign = _foreign(picture, thin, garment, wall)
    doubtful = np.zeros_like(found)
    count, numbers = cv2.connectedComponents(thin.astype(np.uint8))
    for number in range(1, count):
        part = numbers == number
        mean = float(probability[part].mean())
        if mean < UNLIKELY:
            doubtful |= part
        elif mean < LIKELY:
            doubtful |= part & foreign
    return doubtful
