"""The pictures of a report: the worst ones, and those on which two models differ most."""

from __future__ import annotations

from dataclasses import dataclass

from train.arrays import UInt8Array
from train.charts.markup import escaped
from train.datasets.dataset import Dataset, Entry
from train.evaluation.evaluate import Masker, truth_of
from train.evaluation.metrics import Score
from train.evaluation.picture_score import PictureScore
from train.progress import Progress
from train.report.comparison import Pairing
from train.report.overlay import jpeg_uri, overlay

FALSELY_MARKED = 0.005  # of a picture without a garment: less is no failure worth a place


@dataclass(frozen=True, slots=True)
class Place:
    """A picture of a data set with its score."""

    dataset: str
    picture: PictureScore


def worst(scores: dict[str, Score], count: int) -> list[Place]:
    """Pick the pictures with the least garment IoU, the worst first.

    A picture without a garment counts only when a fair part of it was called garment.
    """
    places = [
        Place(name, picture)
        for name, score in scores.items()
        for picture in score.per_picture
        if picture.has_garment or picture.wrong_share >= FALSELY_MARKED
    ]
    return sorted(
        places,
        key=lambda place: (
            place.picture.garment_iou,
            -place.picture.wrong_share,
            place.dataset,
            place.picture.stem,
        ),
    )[:count]


class Gallery:
    """Draws figures, one picture in memory at a time."""

    def __init__(self, datasets: list[Dataset], pictures: int) -> None:
        self._datasets = {dataset.name: dataset for dataset in datasets}
        self._entries = {
            (dataset.name, entry.stem): entry for dataset in datasets for entry in dataset.entries
        }
        self._progress = Progress("draw", pictures)

    def close(self) -> None:
        """End the progress line."""
        self._progress.close()

    def faults(self, place: Place, masker: Masker) -> str:
        """Draw one picture with its faults, as a figure."""
        picture = place.picture
        caption = (
            f"<b>IoU {picture.garment_iou:.3f}</b> {_name(place.dataset, picture)}"
            f"<br>false positives {picture.false_positive_px / picture.picture_px:.1%}, "
            f"false negatives {picture.false_negative_px / picture.picture_px:.1%} of the picture"
        )
        image = self._image(place.dataset, picture.stem, masker)
        return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"

    def change(self, pairing: Pairing, maskers: tuple[Masker, Masker]) -> str:
        """Draw one picture as two models see it, ours first, as a figure."""
        images = "".join(
            self._image(pairing.dataset, pairing.ours.stem, masker) for masker in maskers
        )
        caption = (
            f"<b>{pairing.gain:+.3f}</b>: IoU {pairing.ours.garment_iou:.3f} against "
            f"{pairing.theirs.garment_iou:.3f}, {_name(pairing.dataset, pairing.ours)}"
        )
        return (
            f'<figure class="pair"><div>{images}</div><figcaption>{caption}</figcaption></figure>'
        )

    def _image(self, dataset_name: str, stem: str, masker: Masker) -> str:
        dataset, entry = self._datasets[dataset_name], self._entries[dataset_name, stem]
        drawn = _drawn(dataset, entry, masker)
        self._progress.step()
        height, width = drawn.shape[:2]
        return (
            f'<img src="{jpeg_uri(drawn)}" width="{width}" height="{height}" '
            f'alt="faults in {escaped(stem)}">'
        )


def _drawn(dataset: Dataset, entry: Entry, masker: Masker) -> UInt8Array:
    truth, _ = truth_of(dataset, entry)
    return overlay(dataset.read_image(entry), truth, masker(dataset, entry).mask)


def _name(dataset: str, picture: PictureScore) -> str:
    kind = f" ({escaped(picture.kind)})" if picture.kind else ""
    return f"{escaped(dataset)} / {escaped(picture.stem)}{kind}"
