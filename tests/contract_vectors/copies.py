"""Every copy of the arithmetic that the packages share, each behind one and the same call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

import convert.inputs.letterbox as conversion
from benchmarks.datasets.pictures import Picture
from benchmarks.masks.score import Score as BenchmarkScore
from convert.inputs.input_table import make_input_table as conversion_table
from convert.inputs.input_table import normalise as conversion_normalise
from convert.inputs.run_folder import Run
from convert.parity import metrics as conversion_metrics
from device.bundle.specs import InputSpec
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.decode import to_frame
from device.segmentation.letterbox import Letterbox as RigLetterbox
from device.segmentation.preprocess import make_quantisation_table, prepare
from tests.contract_vectors.reference.geometry import Float32Array, Place, Size, UInt8Array
from tests.contract_vectors.reference.masks import BoolArray
from train.evaluation import bundle_manifest, picture_score
from train.evaluation.boundary import boundary_f_at, relative_tolerance_px
from train.evaluation.metrics import Score as TrainScore
from train.network import letterbox as training
from train.network.letterbox import Letterbox as TrainLetterbox

Colour = tuple[int, int, int]
Pairs = list[tuple[BoolArray, BoolArray]]


# Way in: a frame, the input's size, the fill; gives the input's pixels and the frame's place.
def _rig_way_in(frame: UInt8Array, canvas: Size, fill: Colour) -> tuple[UInt8Array, Place]:
    # As float32 with this normalisation a pixel enters as its own value.
    spec = InputSpec(*canvas, 3, "RGB", "float32", 1.0, 0, 0.0, 1.0, fill)
    tensor, box = prepare(_frame(frame), spec)
    return tensor[0].astype(np.uint8), Place(box.top_px, box.left_px, box.height_px, box.width_px)


def _train_way_in(frame: UInt8Array, canvas: Size, fill: Colour) -> tuple[UInt8Array, Place]:
    box = TrainLetterbox.fit((frame.shape[0], frame.shape[1]), canvas)
    spot = Place(box.top_px, box.left_px, box.content_height_px, box.content_width_px)
    return box.place(frame, fill), spot


def _convert_way_in(frame: UInt8Array, canvas: Size, fill: Colour) -> tuple[UInt8Array, Place]:
    pixels, box = conversion.letterbox(frame, *canvas, fill)
    return pixels, Place(box.top_px, box.left_px, box.height_px, box.width_px)


WAYS_IN: dict[str, Callable[[UInt8Array, Size, Colour], tuple[UInt8Array, Place]]] = {
    "device": _rig_way_in,
    "train": _train_way_in,
    "convert": _convert_way_in,
}


# Way back: logits, sizes of frame and input, stride; gives logits at the frame's size.
def _rig_way_back(logits: Float32Array, frame: Size, canvas: Size, stride: int) -> Float32Array:
    return to_frame(logits, RigLetterbox.fit(*frame, *canvas), stride)


def _train_way_back(logits: Float32Array, frame: Size, canvas: Size, stride: int) -> Float32Array:
    return TrainLetterbox.fit(frame, canvas).logits_to_frame(logits, stride)


def _convert_way_back(logits: Float32Array, frame: Size, canvas: Size, stride: int) -> Float32Array:
    return conversion.logits_to_frame(logits, conversion.place(*frame, *canvas), stride)


WAYS_BACK: dict[str, Callable[[Float32Array, Size, Size, int], Float32Array]] = {
    "device": _rig_way_back,
    "train": _train_way_back,
    "convert": _convert_way_back,
}


# Cells on the frame: how many there are, sizes of frame and input, stride; gives rows and columns.
Cells = tuple[tuple[int, int], tuple[int, int]]


def _rig_cells(cells: Size, frame: Size, canvas: Size, stride: int) -> Cells:
    rows, columns = RigLetterbox.fit(*frame, *canvas).find_cells(cells, stride)
    return (rows.start, rows.stop - 1), (columns.start, columns.stop - 1)


def _grid_cells(cells: Size, frame: Size, canvas: Size, stride: int) -> Cells:
    """The same, found again in the values of what a grid calls its inside."""
    numbered = np.arange(cells[0] * cells[1], dtype=np.float32).reshape(cells)
    box = RigLetterbox.fit(*frame, *canvas)
    inside = CellGrid(numbered, box, Region(0, 0, *frame), stride).inside
    first, last = int(inside[0, 0]), int(inside[-1, -1])
    return (first // cells[1], last // cells[1]), (first % cells[1], last % cells[1])


def _train_cells(cells: Size, frame: Size, canvas: Size, stride: int) -> Cells:
    box = TrainLetterbox.fit(frame, canvas)
    return (
        training.find_cells_on_frame(cells[0], stride, box.top_px, box.content_height_px),
        training.find_cells_on_frame(cells[1], stride, box.left_px, box.content_width_px),
    )


def _convert_cells(cells: Size, frame: Size, canvas: Size, stride: int) -> Cells:
    box = conversion.place(*frame, *canvas)
    return (
        conversion.find_cells_on_frame(cells[0], stride, box.top_px, box.height_px),
        conversion.find_cells_on_frame(cells[1], stride, box.left_px, box.width_px),
    )


CELLS: dict[str, Callable[[Size, Size, Size, int], Cells]] = {
    "device": _rig_cells,
    "device, of a grid": _grid_cells,
    "train": _train_cells,
    "convert": _convert_cells,
}


# Input values: how a model takes pixels; gives the value of each of the 256 levels.
@dataclass(frozen=True)
class Entry:
    """How a model takes pixels."""

    mean: float
    std: float
    dtype: str
    scale: float
    zero_point: int


def _rig_table(entry: Entry) -> npt.NDArray[Any]:
    end = (entry.dtype, entry.scale, entry.zero_point, entry.mean, entry.std)
    return make_quantisation_table(InputSpec(4, 4, 3, "RGB", *end, (0, 0, 0)))


def _train_table(entry: Entry) -> npt.NDArray[Any]:
    stored = bundle_manifest.Quantisation(entry.dtype, entry.scale, entry.zero_point)
    return bundle_manifest.make_input_table(stored, mean=entry.mean, std=entry.std)


def _convert_table(entry: Entry) -> npt.NDArray[Any]:
    end = (entry.dtype, entry.scale, entry.zero_point)
    return conversion_table(*end, mean=entry.mean, std=entry.std)


TABLES: dict[str, Callable[[Entry], npt.NDArray[Any]]] = {
    "device": _rig_table,
    "train": _train_table,
    "convert": _convert_table,
}


def normalise_in_training(levels: UInt8Array) -> Float32Array:
    """Normalise for the float network, as training does."""
    return training.normalise(levels)


def normalise_in_conversion(levels: UInt8Array, run: Run) -> Float32Array:
    """Normalise for the float network, as conversion does."""
    return conversion_normalise(levels, run)


# Figures of one picture, and of a set of them.
PICTURE_IOU: dict[str, Callable[[BoolArray, BoolArray], float]] = {
    "train": picture_score.mask_iou,
    "train, from counts": lambda found, truth: (
        picture_score.score_picture(found, truth, None).garment_iou
    ),
    "convert": conversion_metrics.mask_iou,
}


def _train_boundary_f(found: BoolArray, truth: BoolArray) -> float:
    (score,) = boundary_f_at(found, truth, (relative_tolerance_px((len(truth), len(truth[0]))),))
    return score


BOUNDARY_F: dict[str, Callable[[BoolArray, BoolArray], float]] = {
    "train": _train_boundary_f,
    "convert": conversion_metrics.boundary_f,
}


@dataclass(frozen=True)
class Figures:
    """Pooled IoU and mean boundary F of a set."""

    garment_iou: float
    boundary_f: float


def _train_figures(pairs: Pairs) -> Figures:
    score = TrainScore()
    for found, truth in pairs:
        score.add(found, truth, None)
    return Figures(score.garment_iou, score.boundary_f)


def _convert_figures(pairs: Pairs) -> Figures:
    tally = conversion_metrics.Tally()
    for found, truth in pairs:
        tally.add(found, truth)
    return Figures(tally.scores().garment_iou, tally.scores().boundary_f)


def _benchmark_figures(pairs: Pairs) -> Figures:
    score = BenchmarkScore()
    for found, truth in pairs:
        pixels = np.zeros((*truth.shape, 3), np.uint8)
        score.add(found, Picture(pixels, truth, None), wall_ms=1.0, cpu_ms=1.0)
    return Figures(score.garment.garment_iou, score.garment.boundary_f)


FIGURES: dict[str, Callable[[Pairs], Figures]] = {
    "train": _train_figures,
    "convert": _convert_figures,
    "benchmarks": _benchmark_figures,
}


def _frame(pixels: UInt8Array) -> Frame:
    return Frame(pixels, "RGB", datetime.now(timezone.utc), 0.0, 0, "vectors")
