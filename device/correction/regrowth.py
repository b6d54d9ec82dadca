"""Which pixels near a stroke change sides, decided by the picture's colours."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array

BoolArray = npt.NDArray[np.bool_]

_ROUNDS = 2
"""Of GrabCut: later ones change next to nothing."""
_MOST_SAMPLES = 4000
_CLUSTERS = 5
_LEAST_PIXELS = 24
"""With fewer there are no colours to learn, and the brush alone decides."""


def find_changed(
    picture: UInt8Array, inside: BoolArray, core: BoolArray, brush: BoolArray, reach: BoolArray
) -> BoolArray:
    """Mark what changes sides: what is under the core of a brush, and what belongs to it.

    GrabCut (Rother, Kolmogorov and Blake 2004) in the neighbourhood of the stroke. It begins from
    colours that are more like those under the brush than like those that stay, and everything
    beyond the reach stays; of what it finds, that which hangs together with the brush is taken.

    Args:
        picture: uint8, shape (rows, columns, 3).
        inside: shape (rows, columns), the side that pixels may leave.
        core: likewise, what leaves it for certain.
        brush: likewise, what most likely leaves it.
        reach: likewise, what may leave it.

    Returns:
        bool, shape (rows, columns).
    """
    core = core & inside
    if not core.any():
        return core
    colours = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    stays, open_ = inside & ~reach, inside & reach & ~core
    learnt = stays if np.count_nonzero(stays) >= _LEAST_PIXELS else inside & ~brush
    if min(map(np.count_nonzero, (core, learnt))) < _LEAST_PIXELS:
        return brush & inside
    nearer = _measure(colours, core) < _measure(colours, learnt)
    labels = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    labels[stays] = cv2.GC_FGD
    labels[open_] = np.where(nearer | brush, cv2.GC_PR_BGD, cv2.GC_PR_FGD)[open_]
    if not (labels == cv2.GC_FGD).any() and not (labels == cv2.GC_PR_FGD).any():
        return brush & inside
    # What is outside by now teaches nothing about what leaves: its colours are other ones, and
    # where they are the same, as of a hand before a wooden wall, they would hide the edge.
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, labels, (0, 0, 1, 1), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    leaves = inside & np.isin(labels, (cv2.GC_BGD, cv2.GC_PR_BGD))
    leaves = _keep_touching(leaves | core, core)
    return leaves | _find_cut_off(inside & ~leaves, leaves, nearer)


def _find_cut_off(left: BoolArray, leaves: BoolArray, nearer: BoolArray) -> BoolArray:
    """Mark what is cut off by what leaves: small, hardly beyond the brush's reach, and like it."""
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8), connectivity=4)
    height, width = left.shape
    like = np.bincount(parts[nearer], minlength=count)
    found = np.zeros(count, bool)
    for part in range(1, count):
        x, y, across, down, area = boxes[part]
        is_whole = x > 0 and y > 0 and x + across < width and y + down < height
        is_small = area <= np.count_nonzero(leaves)
        found[part] = is_whole and is_small and 2 * like[part] > area
    return np.asarray(found[parts], dtype=bool)


def _measure(colours: Float32Array, sample: BoolArray) -> Float32Array:
    """Return how far each pixel's colour is from the nearest of a sample's main colours."""
    pixels = colours[sample]
    step = max(1, len(pixels) // _MOST_SAMPLES)
    pixels = pixels[::step]
    count = min(_CLUSTERS, len(pixels))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    cv2.setRNGSeed(1)
    _, _, centres = cv2.kmeans(pixels, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    nearest = np.full(colours.shape[:2], np.inf, np.float32)
    for centre in np.asarray(centres, np.float32):
        difference = colours - centre
        nearest = np.minimum(nearest, np.einsum("ijk,ijk->ij", difference, difference))
    return nearest


def _keep_touching(marked: BoolArray, seeds: BoolArray) -> BoolArray:
    """Return the connected parts of what is marked that hold a seed."""
    _, parts = cv2.connectedComponents(marked.astype(np.uint8), connectivity=4)
    held = np.zeros(int(parts.max()) + 1, bool)
    held[np.unique(parts[seeds])] = True
    held[0] = False
    return np.asarray(held[parts], dtype=bool)
