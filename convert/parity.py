"""Float against int8 on labelled photos, at the photos' own resolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from convert.errors import UsageError
from convert.letterbox import letterbox, logits_to_frame
from convert.metrics import Scores, Tally
from convert.models import SegmentationModel
from convert.pictures import Picture, PictureFolder, read_mask, read_rgb
from convert.progress import counted
from convert.run_folder import Run


@dataclass(frozen=True, slots=True)
class Parity:
    """Figures of several models on one data set.

    Attributes:
        dataset: name of the data set.
        pictures: how many photos were measured.
        scores: model name to its figures.
        agreement: garment IoU between the first two models' masks, pooled; 1 is equal.
    """

    dataset: str
    pictures: int
    scores: dict[str, Scores]
    agreement: float


def labelled(folder: PictureFolder, split: str | None, limit: int | None) -> tuple[Picture, ...]:
    """Choose the photos to measure on.

    Args:
        folder: the data set.
        split: keep this split only, or None for all.
        limit: at most so many, spread evenly over the list, or None.

    Returns:
        Photos that have a mask; may be empty.
    """
    found = [
        picture
        for picture in folder.pictures
        if picture.mask is not None and (split is None or picture.split == split)
    ]
    if limit is not None and len(found) > limit:
        found = [found[number * len(found) // limit] for number in range(limit)]
    return tuple(found)


def measure(
    models: Mapping[str, SegmentationModel],
    dataset: str,
    pictures: tuple[Picture, ...],
    run: Run,
) -> Parity:
    """Run each model over labelled photos.

    Args:
        models: at least two, by name; the order is kept.
        dataset: name for tables.
        pictures: photos with masks.
        run: gives the input size and the border's colour.

    Returns:
        Figures of each model.

    Raises:
        UsageError: a picture cannot be read, or a mask has another size than its photo.
    """
    tallies = {name: Tally() for name in models}
    between = Tally()
    for picture in counted(pictures, len(pictures), f"measuring on {dataset}, pictures"):
        pixels = read_rgb(picture.image)
        truth = read_mask(picture.mask) if picture.mask else None
        if truth is None or truth.shape != pixels.shape[:2]:
            raise UsageError(
                f"{picture.mask} does not have the size of {picture.image} "
                f"({pixels.shape[1]}×{pixels.shape[0]}): write the data set again"
            )
        boxed, placement = letterbox(pixels, run.height_px, run.width_px, run.letterbox_fill)
        masks = []
        for name, model in models.items():
            logits = model.logits(boxed)
            stride = run.height_px // logits.shape[0]
            masks.append(logits_to_frame(logits, placement, stride) > 0)
            tallies[name].add(masks[-1], truth)
        between.add(masks[0], masks[1])
    return Parity(
        dataset=dataset,
        pictures=len(pictures),
        scores={name: tally.scores() for name, tally in tallies.items()},
        agreement=between.scores().garment_iou,
    )


def table(results: list[Parity]) -> str:
    """Lay the figures out for a terminal."""
    lines = [f"{'data set':<24}{'pictures':>9}  {'model':<8}{'garment IoU':>12}{'boundary F':>12}"]
    for result in results:
        for name, scores in result.scores.items():
            lines.append(
                f"{result.dataset[:23]:<24}{result.pictures:>9}  {name:<8}"
                f"{scores.garment_iou:>12.4f}{scores.boundary_f:>12.4f}"
            )
        lines.append(f"{'':<24}{'':>9}  float and int8 masks agree to IoU {result.agreement:.4f}")
    return "\n".join(lines)
