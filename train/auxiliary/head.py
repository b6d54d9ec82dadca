"""The head that finds people: fitted to a bundle's features, measured, and written as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import Float32Array, Float64Array
from train.auxiliary.features import FeatureModel, FeatureTensor
from train.auxiliary.logistic import Cells, fit_logistic, thin_out
from train.auxiliary.people import Example
from train.network.letterbox import Letterbox, find_cells_on_frame
from train.progress import Progress

FORMAT = "selvedge-head"
FORMAT_VERSION = 1
PERSON_LOGIT = "person_logit"
_SURE_CELL = 0.5


@dataclass(frozen=True, slots=True)
class Head:
    """One 1x1 convolution of a model's features: a logit for each cell, above 0 for skin or hair.

    Attributes:
        reads: the tensor with the features.
        weights: float64 (channels,), of their real values.
        bias: added.
    """

    reads: FeatureTensor
    weights: Float64Array
    bias: float

    def apply(self, cells: Cells) -> Float32Array:
        """Return the logits of a picture's cells, float32 (cells,)."""
        real = (cells.features.astype(np.float32) - self.reads.zero_point) * self.reads.scale
        return np.asarray(real @ self.weights + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """How well a head tells pictures with people from those without.

    Attributes:
        people: pictures with skin or hair in them.
        found: of these, so many with a marked cell.
        nobody: pictures without.
        mistaken: of these, so many with a marked cell.
        iou: of the marked cells with those that are mostly skin or hair, pooled.
    """

    people: int
    found: int
    nobody: int
    mistaken: int
    iou: float


def compute_cells(
    model: FeatureModel, examples: Iterable[Example], title: str, total: int
) -> list[Cells]:
    """Run a model on pictures; cells on the letterbox's fill are left out."""
    cells = []
    with Progress(title, total, unit="pictures") as progress:
        for example in examples:
            features, box = model.compute(example.picture)
            stride = model.input_size[0] // model.tensor.rows
            rows, columns = _find_inside(box, model.tensor, stride)
            placed = box.place(example.skin, 0)
            size = (model.tensor.columns, model.tensor.rows)
            shares = cv2.resize(placed, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
            inside = features[rows, columns].reshape(-1, model.tensor.channels)
            flat = np.asarray(shares[rows, columns].ravel())
            cells.append(Cells(inside.copy(), flat, np.ones_like(flat)))
            progress.step()
    return cells


def fit_head(tensor: FeatureTensor, pictures: list[Cells]) -> Head:
    """Fit a head to pictures' cells."""
    weights, bias = fit_logistic([thin_out(picture) for picture in pictures])
    # From steps, as features are stored, to real values.
    return Head(tensor, weights / tensor.scale, bias + float(weights.sum()) * tensor.zero_point)


def measure_head(head: Head, pictures: list[Cells]) -> HeadFigures:
    """Measure a head on pictures that it was not fitted to."""
    counts = np.zeros(4, int)
    both = either = 0
    for picture in pictures:
        marked, true = head.apply(picture) > 0, picture.shares > _SURE_CELL
        both, either = both + int((marked & true).sum()), either + int((marked | true).sum())
        somebody = bool(true.any())
        if somebody or not picture.shares.any():
            counts[0 if somebody else 2] += 1
            counts[1 if somebody else 3] += bool(marked.any())
    people, found, nobody, mistaken = (int(count) for count in counts)
    return HeadFigures(people, found, nobody, mistaken, both / max(1, either))


def measure_range(head: Head, pictures: list[Cells]) -> tuple[float, float]:
    """Return the least and the largest logit on pictures, for whoever quantises them."""
    logits = np.concatenate([head.apply(picture) for picture in pictures])
    return float(logits.min()), float(logits.max())


def _find_inside(box: Letterbox, tensor: FeatureTensor, stride: int) -> tuple[slice, slice]:
    top, bottom = find_cells_on_frame(tensor.rows, stride, box.top_px, box.content_height_px)
    left, right = find_cells_on_frame(tensor.columns, stride, box.left_px, box.content_width_px)
    return slice(top, bottom + 1), slice(left, right + 1)
