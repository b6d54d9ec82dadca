"""The pictures of a report: the worst ones, and those on which two models differ most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from train.datasets.dataset import Dataset, Entry
from train.evaluation.evaluate import Masker, read_truth
from train.evaluation.metrics import Score
from train.evaluation.picture_score import PictureScore
from train.progress import Progress
from train.report.comparison import Pairing
from train.report.overlay import encode_as_uri, paint_faults

if TYPE_CHECKING:
    from typing_extensions import Self

FALSELY_MARKED = 0.005  # of a picture without a garment: less is no failure worth a place


@dataclass(frozen=True, slots=True)
class ScoredPicture:
    """A picture of a data set with its score."""

    dataset: str
    picture: PictureScore


@dataclass(frozen=True, slots=True)
class PaintedImage:
    """A picture with its faults painted in, as a ``data:`` address."""

    uri: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class FaultFigure:
    """One picture with what a model got wrong, as shares of the whole picture."""

    dataset: str
    picture: PictureScore
    image: PaintedImage

    @property
    def false_positive_share(self) -> float:
        """Called garment and is none."""
        return self.picture.false_positive_px / self.picture.picture_px

    @property
    def false_negative_share(self) -> float:
        """Garment that was missed."""
        return self.picture.false_negative_px / self.picture.picture_px


@dataclass(frozen=True, slots=True)
class ChangeFigure:
    """One picture with what each of two models got wrong, ours first."""

    pairing: Pairing
    images: tuple[PaintedImage, PaintedImage]


def pick_worst(scores: dict[str, Score], count: int) -> list[ScoredPicture]:
    """Pick the pictures with the least garment IoU, the worst first.

    A picture without a garment counts only when a fair part of it was called garment.
    """
    candidates = [
        ScoredPicture(name, picture)
        for name, score in scores.items()
        for picture in score.per_picture
        if picture.has_garment or picture.wrong_share >= FALSELY_MARKED
    ]
    return sorted(
        candidates,
        key=lambda found: (
            found.picture.garment_iou,
            -found.picture.wrong_share,
            found.dataset,
            found.picture.stem,
        ),
    )[:count]


class Gallery:
    """Paints pictures, one in memory at a time, and shows how many are done."""

    def __init__(self, datasets: list[Dataset], pictures: int) -> None:
        self._datasets = {dataset.name: dataset for dataset in datasets}
        self._entries = {
            (dataset.name, entry.stem): entry for dataset in datasets for entry in dataset.entries
        }
        self._progress = Progress("draw", pictures)

    def __enter__(self) -> Self:
        """Paint within a block."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the progress line."""
        self._progress.close()

    def paint_faults(self, found: ScoredPicture, masker: Masker) -> FaultFigure:
        """Paint one picture's faults."""
        image = self._paint(found.dataset, found.picture.stem, masker)
        return FaultFigure(found.dataset, found.picture, image)

    def paint_change(self, pairing: Pairing, ours: Masker, theirs: Masker) -> ChangeFigure:
        """Paint one picture's faults by two models."""
        dataset, stem = pairing.dataset, pairing.ours.stem
        images = self._paint(dataset, stem, ours), self._paint(dataset, stem, theirs)
        return ChangeFigure(pairing, images)

    def _paint(self, dataset_name: str, stem: str, masker: Masker) -> PaintedImage:
        image = _paint(self._datasets[dataset_name], self._entries[dataset_name, stem], masker)
        self._progress.step()
        return image


def _paint(dataset: Dataset, entry: Entry, masker: Masker) -> PaintedImage:
    truth, _ = read_truth(dataset, entry)
    painted = paint_faults(dataset.read_image(entry), truth, masker(dataset, entry).mask)
    height_px, width_px = painted.shape[:2]
    return PaintedImage(encode_as_uri(painted), width_px, height_px)
