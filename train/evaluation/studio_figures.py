"""What a studio asks of masks: which can be printed, which need a hand, what an `ok` is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from train.errors import UsageError
from train.evaluation.picture_score import PictureScore

# A mask that nobody would retouch for print, by eye on a studio's pictures.
PRINT_READY_IOU = 0.98
PRINT_READY_BOUNDARY_F = 0.95
# A mask below the first needs a closer look, below the second a retoucher.
GOOD_IOU = 0.95
POOR_IOU = 0.90
# Of the picture: less is `nothing-found` to the rig, whose default this repeats.
FOUND_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class StudioFigures:
    """Shares of the pictures that show a garment, and what happens on those that do not.

    Attributes:
        pictures: how many show a garment.
        print_ready_share: with IoU and boundary F (0.75% of the diagonal) both above the bars.
        below_good_share: with an IoU below `GOOD_IOU`.
        below_poor_share: with an IoU below `POOR_IOU`.
        p10: the IoU that nine of ten pictures reach.
        bare: how many pictures show no garment.
        bare_found: on how many of these one is found.
    """

    pictures: int
    print_ready_share: float
    below_good_share: float
    below_poor_share: float
    p10: float
    bare: int
    bare_found: int

    def as_dict(self) -> dict[str, float | int]:
        """Return the figures, rounded for people."""
        return {
            "print_ready_share": round(self.print_ready_share, 4),
            "below_0.95_share": round(self.below_good_share, 4),
            "below_0.90_share": round(self.below_poor_share, 4),
            "p10": round(self.p10, 4),
            "found_on_bare": self.bare_found,
        }


@dataclass(frozen=True, slots=True)
class Trust:
    """Verdicts beside what the masks are worth.

    Attributes:
        ok: pictures called ok that show a garment.
        ok_below_good: of these below `GOOD_IOU`.
        ok_below_poor: of these below `POOR_IOU`.
        good: pictures at `GOOD_IOU` and above.
        good_ok: of these called ok.
        good_retake: of these called retake.
        bare: pictures without a garment.
        bare_refused: of these called retake.
    """

    ok: int
    ok_below_good: int
    ok_below_poor: int
    good: int
    good_ok: int
    good_retake: int
    bare: int
    bare_refused: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def measure_studio_figures(scores: Sequence[PictureScore]) -> StudioFigures:
    """Count over the pictures of a set, or of one kind of it; shares are 0 without a garment."""
    garments = [score for score in scores if score.has_garment]
    bare = [score for score in scores if not score.has_garment]
    ious = np.array([score.garment_iou for score in garments])
    ready = [
        score.garment_iou >= PRINT_READY_IOU and score.boundary_f >= PRINT_READY_BOUNDARY_F
        for score in garments
    ]
    return StudioFigures(
        pictures=len(garments),
        print_ready_share=float(np.mean(ready)) if ready else 0.0,
        below_good_share=float(np.mean(ious < GOOD_IOU)) if ready else 0.0,
        below_poor_share=float(np.mean(ious < POOR_IOU)) if ready else 0.0,
        p10=float(np.percentile(ious, 10)) if ready else 0.0,
        bare=len(bare),
        bare_found=sum(score.predicted_px >= FOUND_SHARE * score.picture_px for score in bare),
    )


def measure_trust(scores: Sequence[PictureScore], states: Mapping[str, str]) -> Trust:
    """Hold verdicts against the masks.

    Args:
        scores: of the pictures.
        states: ``ok``, ``unsure`` or ``retake`` of each, by stem.

    Raises:
        UsageError: a picture has no verdict.
    """
    for score in scores:
        if score.stem not in states:
            raise UsageError(
                f"the verdicts have no line for {score.stem}: cut the same pictures out with"
                " `python -m device.cutout … --verdicts FILE.csv`"
            )
    garments = [score for score in scores if score.has_garment]
    called_ok = [score for score in garments if states[score.stem] == "ok"]
    good = [score for score in garments if score.garment_iou >= GOOD_IOU]
    bare = [score for score in scores if not score.has_garment]
    return Trust(
        ok=len(called_ok),
        ok_below_good=sum(score.garment_iou < GOOD_IOU for score in called_ok),
        ok_below_poor=sum(score.garment_iou < POOR_IOU for score in called_ok),
        good=len(good),
        good_ok=sum(states[score.stem] == "ok" for score in good),
        good_retake=sum(states[score.stem] == "retake" for score in good),
        bare=len(bare),
        bare_refused=sum(states[score.stem] == "retake" for score in bare),
    )
