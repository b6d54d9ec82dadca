"""Evaluate a model on pictures that it was not trained on, at the pictures' own resolution."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.datasets.dataset import Dataset, Entry, take_evenly
from train.datasets.decoding import refuse_unusable
from train.datasets.names import make_printable
from train.datasets.one_picture import BrokenPictureError, guard_picture
from train.errors import UsageError
from train.evaluation.metrics import Score
from train.network.architecture import LETTERBOX_FILL, LOGITS_STRIDE, Architecture
from train.network.letterbox import Letterbox, normalise
from train.progress import Progress

Predict = Callable[[Float32Array], Float32Array]
GARMENT_FROM = 128  # of 255: a mask's values from here on are garment


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's prediction for one picture.

    Attributes:
        mask: bool (height, width), garment.
        logits: float32, same shape, above 0 is garment; None where only the mask is known.
    """

    mask: BoolArray
    logits: Float32Array | None = None


Masker = Callable[[Dataset, Entry], Prediction]


def infer_frame(predict: Predict, picture: UInt8Array, architecture: Architecture) -> Float32Array:
    """Run a model on one picture.

    Args:
        predict: float32 (1, height, width, 3) to float32 (1, rows, columns, 1).
        picture: uint8 (height, width, 3), RGB, any size.
        architecture: the model's.

    Returns:
        Logits at the picture's size: float32 (height, width).
    """
    box = Letterbox.fit((picture.shape[0], picture.shape[1]), architecture.input_size)
    batch = normalise(box.place(picture, LETTERBOX_FILL))[None]
    logits = np.asarray(predict(batch)[0, :, :, 0], np.float32)
    return box.logits_to_frame(logits, LOGITS_STRIDE)


def make_logits_masker(logits_of: Callable[[UInt8Array], Float32Array]) -> Masker:
    """Make masks with any function from a picture to logits of the picture's own size."""

    def mask(dataset: Dataset, entry: Entry) -> Prediction:
        logits = logits_of(dataset.read_image(entry))
        return Prediction(np.asarray(logits > 0), logits)

    return mask


def make_network_masker(predict: Predict, architecture: Architecture) -> Masker:
    """Make masks with a network.

    Args:
        predict: float32 (1, height, width, 3) to float32 (1, rows, columns, 1).
        architecture: the network's.
    """
    return make_logits_masker(lambda picture: infer_frame(predict, picture, architecture))


def make_file_masker(folder: Path) -> Masker:
    """Take masks from a folder: 8-bit STEM.png in the picture's size, 128 and above is garment.

    So a bundle is evaluated as it runs on the rig: ``device.cutout --alpha`` writes them.
    """

    def mask(dataset: Dataset, entry: Entry) -> Prediction:
        path = folder / f"{entry.stem}.png"
        content = np.frombuffer(path.read_bytes() if path.is_file() else b"", np.uint8)
        alpha = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
        if alpha is None:
            raise UsageError(f"{path} is missing or no picture: cut {dataset.name} out first")
        size = dataset.read_mask(entry).shape
        if alpha.shape != size:
            raise UsageError(
                f"{path} is {_format_size(alpha.shape)}, its picture is {_format_size(size)}: "
                "masks must have the picture's own size"
            )
        return Prediction(np.asarray(alpha >= GARMENT_FROM))

    return mask


def read_truth(dataset: Dataset, entry: Entry) -> tuple[BoolArray, BoolArray | None]:
    """Read where the garment is and, if known, the body: bool (height, width) each.

    Raises:
        UsageError: the two masks differ in size.
    """
    truth, body = dataset.read_mask(entry) >= GARMENT_FROM, dataset.read_body(entry)
    if body is not None and body.shape != truth.shape:
        raise UsageError(
            f"{dataset.path / entry.body} is {_format_size(body.shape)}, {entry.mask} is "
            f"{_format_size(truth.shape)}: import the data set again"
        )
    return truth, None if body is None else body >= GARMENT_FROM


def _format_size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"


def _score_entry(score: Score, masker: Masker, dataset: Dataset, entry: Entry) -> None:
    prediction = masker(dataset, entry)
    truth, body = read_truth(dataset, entry)
    if prediction.mask.shape != truth.shape:
        raise UsageError(
            f"{dataset.path / entry.image} is {_format_size(prediction.mask.shape)}, its mask is "
            f"{_format_size(truth.shape)}: import the data set again"
        )
    score.add(
        prediction.mask, truth, body, stem=entry.stem, kind=entry.kind, logits=prediction.logits
    )


def evaluate(
    masker: Masker,
    datasets: list[Dataset],
    *,
    split: str = "val",
    limit: int | None = None,
    show_progress: bool = False,
) -> dict[str, Score]:
    """Score masks on one split of each data set, one picture in memory at a time.

    Args:
        masker: makes a picture's garment mask at the picture's own size.
        datasets: what to evaluate on.
        split: which part of each data set.
        limit: at most so many pictures of each, spread evenly; None for all.
        show_progress: whether to show a progress line.

    Returns:
        Pooled scores by data set name; data sets without such a split are left out. A picture
        that cannot be read or scored is named in its score, and the others are scored.

    Raises:
        UsageError: no picture of a data set can be used.
    """
    scores: dict[str, Score] = {}
    for dataset in datasets:
        entries = take_evenly(dataset.select(split), limit)
        if not entries:
            continue
        score = scores.setdefault(dataset.name, Score())
        with Progress(f"evaluate {dataset.name}", len(entries), shown=show_progress) as progress:
            for entry in entries:
                _score_or_pass_over(score, masker, dataset, entry)
                progress.step()
        if not score.pictures:
            raise UsageError(
                f"none of the {len(entries)} pictures of {dataset.name} can be used: "
                f"{score.passed_over[0]}"
            )
    return scores


def _score_or_pass_over(score: Score, masker: Masker, dataset: Dataset, entry: Entry) -> None:
    try:
        with guard_picture():
            refuse_unusable(dataset.path / entry.image)
            _score_entry(score, masker, dataset, entry)
    except BrokenPictureError as error:
        score.passed_over.append(f"{dataset.path / entry.image}: {error}")


def report_passed_over(*scores_by_model: dict[str, Score]) -> int:
    """Name on stderr, each once, the pictures that a model could not use; return their number."""
    named = {
        reason: None
        for scores in scores_by_model
        for score in scores.values()
        for reason in score.passed_over
    }
    for reason in named:
        sys.stderr.write(f"passed over: {make_printable(reason)}\n")
    return len(named)


def average_garment_iou(scores: dict[str, Score]) -> float:
    """Average the sets' pooled garment IoU: every domain counts the same."""
    return float(np.mean([score.garment_iou for score in scores.values()])) if scores else 0.0


def format_table(scores: dict[str, Score]) -> str:
    """Lay the scores out for a terminal."""
    lines = [f"{'data set':<28}{'pictures':>9}{'garment IoU':>13}{'boundary F':>12}{'leak':>8}"]
    for name, score in scores.items():
        leak = "–" if score.leak is None else f"{score.leak:.1%}"
        lines.append(
            f"{name:<28}{score.pictures:>9}{score.garment_iou:>13.4f}"
            f"{score.boundary_f:>12.4f}{leak:>8}"
        )
        if score.failure:
            lines.append(f"  {name}: {score.failure}")
    return "\n".join(lines)
