"""The trained model against its conversions on labelled photos, at the photos' own resolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from convert.arrays import BoolArray, UInt8Array
from convert.errors import UsageError
from convert.inputs.letterbox import letterbox, logits_to_frame
from convert.inputs.model_runners import SegmentationModel
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import Picture, PictureFolder, make_printable, read_mask
from convert.inputs.run_folder import Run
from convert.parity.metrics import Overlap, Scores, Tally
from convert.progress import track

SHOWN = 6
"""Photos of each data set that may go into the picture."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """One photo for the picture.

    Attributes:
        name: the photo's file name.
        pixels: uint8 RGB.
        masks: model name to its garment mask, of the photo's size.
        changed: share of pixels in which the first model and the last differ.
    """

    name: str
    pixels: UInt8Array
    masks: dict[str, BoolArray]
    changed: float


@dataclass(frozen=True, slots=True)
class Parity:
    """Figures of several models on one data set.

    Attributes:
        dataset: name of the data set.
        pictures: how many photos were measured.
        scores: model name to its figures, the trained model first, the rig's last.
        agreements: ``A-B`` to the garment IoU between two models' masks, pooled; 1 is equal, 0
            also where neither finds any garment.
        shown: the photos in which the first and the last model differ most, worst first.
    """

    dataset: str
    pictures: int
    scores: dict[str, Scores]
    agreements: dict[str, float]
    shown: tuple[ShownPicture, ...] = ()

    @property
    def trained(self) -> Scores:
        """Figures of the model as it was trained."""
        return next(iter(self.scores.values()))

    @property
    def deployed(self) -> Scores:
        """Figures of the model that the rig gets."""
        return list(self.scores.values())[-1]

    @property
    def drop(self) -> float:
        """Garment IoU lost on the way from training to the rig; negative where some was won."""
        return self.trained.garment_iou - self.deployed.garment_iou

    @property
    def agreement(self) -> float:
        """Garment IoU between the masks of the trained and of the deployed model."""
        return self.agreements[f"{next(iter(self.scores))}-{list(self.scores)[-1]}"]


def choose_labelled(
    folder: PictureFolder, split: str | None, limit: int | None
) -> tuple[Picture, ...]:
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
        models: by name, at least two; the trained one first, the rig's last.
        dataset: name for tables.
        pictures: photos with masks.
        run: gives the input size and the border's colour.

    Returns:
        Figures of each model.

    Raises:
        UsageError: a picture cannot be read, or a mask has another size than its photo.
    """
    names = list(models)
    tallies = {name: Tally() for name in names}
    pairs = [(a, b) for number, a in enumerate(names) for b in names[number + 1 :]]
    between = {pair: Overlap() for pair in pairs}
    shown: list[ShownPicture] = []
    for picture in track(pictures, len(pictures), f"measuring on {dataset}, pictures"):
        pixels, truth = _read_photo_and_truth(picture)
        boxed, placement = letterbox(pixels, run.height_px, run.width_px, run.letterbox_fill)
        masks: dict[str, BoolArray] = {}
        for name, model in models.items():
            logits = model.infer(boxed)
            stride = run.height_px // logits.shape[0]
            masks[name] = logits_to_frame(logits, placement, stride) > 0
            tallies[name].add(masks[name], truth)
        for a, b in pairs:
            between[a, b].add(masks[a], masks[b])
        changed = float((masks[names[0]] != masks[names[-1]]).mean())
        shown.append(ShownPicture(make_printable(picture.image.name), pixels, masks, changed))
        shown = sorted(shown, key=lambda each: -each.changed)[:SHOWN]
    return Parity(
        dataset=dataset,
        pictures=len(pictures),
        scores={name: tally.scores() for name, tally in tallies.items()},
        agreements={f"{a}-{b}": overlap.iou for (a, b), overlap in between.items()},
        shown=tuple(shown),
    )


def _read_photo_and_truth(picture: Picture) -> tuple[UInt8Array, BoolArray]:
    pixels = read_rgb(picture.image)
    truth = read_mask(picture.mask) if picture.mask else None
    if truth is None or truth.shape != pixels.shape[:2]:
        raise UsageError(
            f"{picture.mask} does not have the size of {picture.image} "
            f"({pixels.shape[1]}×{pixels.shape[0]}): write the data set again"
        )
    return pixels, truth


def format_table(results: list[Parity]) -> str:
    """Lay the figures out for a terminal."""
    lines = [f"{'data set':<24}{'pictures':>9}  {'model':<8}{'garment IoU':>12}{'boundary F':>12}"]
    for result in results:
        for name, scores in result.scores.items():
            lines.append(
                f"{result.dataset[:23]:<24}{result.pictures:>9}  {name:<8}"
                f"{scores.garment_iou:>12.4f}{scores.boundary_f:>12.4f}"
            )
        first, last = next(iter(result.scores)), list(result.scores)[-1]
        lines.append(
            f"{'':<24}{'':>9}  {first} and {last} masks agree to IoU {result.agreement:.4f}; "
            f"{last} {'loses' if result.drop > 0 else 'gains'} {abs(result.drop):.4f}"
        )
    return "\n".join(lines)
