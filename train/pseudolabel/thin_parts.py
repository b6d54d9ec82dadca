"""Thin parts of a teacher's mask: a hanger, a clip or a finger, or a strap of the garment."""

from __future__ import annotations

import math

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.grabcut import SURE_PROBABILITY

THIN_SHARE = 0.03  # of the diagonal; hooks, clips, fingers and straps are thinner
MIN_AREA_SHARE = 0.00013  # of the diagonal squared; a garment's rounded corners are smaller
# Mean probability of a thin part: below LIKELY the part is doubtful unless it has the garment's
# colours, below UNLIKELY in any case. A network trained on such teachers gives hangers 0.4 to 0.7
# and hems and cuffs 0.75 and more, on the photos examined.
LIKELY = 0.65
UNLIKELY = 0.35
PALETTE_COLOURS = 8
OWN_COLOUR_DISTANCE = 25  # in 8-bit CIELAB, up to which a colour is the garment's
MAX_SAMPLED_PX = 1500  # more pixels change no palette, and cost time


def apply_opening(mask: BoolArray, diameter_px: int) -> BoolArray:
    """Return the morphological opening by a disc of that diameter; the border is no edge."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter_px, diameter_px))
    margin = (diameter_px,) * 4
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), *margin, cv2.BORDER_REPLICATE)
    inner = slice(diameter_px, -diameter_px)
    return np.asarray(cv2.morphologyEx(padded, cv2.MORPH_OPEN, kernel)[inner, inner] > 0)


def find_specks(mask: BoolArray, min_px: float) -> BoolArray:
    """Return the connected components of a mask with fewer than ``min_px`` pixels."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return np.asarray(mask & (stats[:, cv2.CC_STAT_AREA] < min_px)[numbers])


def _find_palette(colours: Float32Array) -> Float32Array:
    """Return the commonest colours, (colours, 3), of some pixels, (pixels, 3)."""
    chosen = colours[:: max(1, len(colours) // MAX_SAMPLED_PX)]
    count = min(PALETTE_COLOURS, len(chosen))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    cv2.setRNGSeed(1)  # k-means starts at random
    labels = np.zeros((len(chosen), 1), np.int32)
    _, _, centres = cv2.kmeans(chosen, count, labels, stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(centres, np.float32)


def _distance_to_palette(lab: Float32Array, palette: Float32Array) -> Float32Array:
    """Return the distance of each pixel, (pixels, 3), to the nearest colour of a palette."""
    distances = np.linalg.norm(lab[:, None] - palette[None], axis=2)
    return np.asarray(distances.min(axis=1), np.float32)


def _find_foreign_colours(
    picture: UInt8Array, thin: BoolArray, garment: BoolArray, background: BoolArray
) -> BoolArray:
    """Return the thin pixels whose colour is not the garment's, or nearer to the background's."""
    if not (thin.any() and garment.any() and background.any()):
        return thin
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    own = _distance_to_palette(lab[thin], _find_palette(lab[garment]))
    other = _distance_to_palette(lab[thin], _find_palette(lab[background]))
    foreign = np.zeros(thin.shape, np.float32)
    foreign[thin] = (own > OWN_COLOUR_DISTANCE) | (own >= other)
    # Take the majority around each pixel, so that noise and prints do not cut a strap.
    known = cv2.blur(thin.astype(np.float32), (7, 7))
    return np.asarray(thin & (cv2.blur(foreign, (7, 7)) > 0.5 * known))


def find_doubtful_parts(
    picture: UInt8Array, found: BoolArray, probability: Float32Array
) -> BoolArray:
    """Find the thin parts of a teacher's mask that the network doubts.

    GrabCut cannot decide about them: its energy grows with the outline, so it cuts anything
    thin. A part in the garment's colours is doubtful only if the network is nearly sure.

    Args:
        picture: uint8 (height, width, 3), RGB.
        found: the teacher's mask, bool (height, width).
        probability: the network's probability of garment, float32 (height, width), 0 to 1.

    Returns:
        The doubtful parts, bool (height, width).
    """
    diagonal_px = math.hypot(*found.shape)
    thin = found & ~apply_opening(found, max(3, round(THIN_SHARE * diagonal_px)) | 1)
    thin &= ~find_specks(thin, MIN_AREA_SHARE * diagonal_px**2)
    garment = found & (probability > SURE_PROBABILITY) & ~thin
    background = ~found & (probability < 1 - SURE_PROBABILITY)
    foreign = _find_foreign_colours(picture, thin, garment, background)
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
