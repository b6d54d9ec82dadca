"""Two models on the same pictures: who won where, and whether that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import Float64Array
from train.evaluation.metrics import Score
from train.evaluation.picture_score import PictureScore

TIE = 0.005  # of garment IoU: less is not worth a picture's name
RESAMPLES = 1000  # the ends of a 95% interval are then the 25th value from either side


@dataclass(frozen=True, slots=True)
class Pairing:
    """One picture as both models see it."""

    dataset: str
    ours: PictureScore
    theirs: PictureScore

    @property
    def gain(self) -> float:
        """Our garment IoU less theirs."""
        return self.ours.garment_iou - self.theirs.garment_iou


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on one data set.

    Attributes:
        dataset: its name.
        pairings: the pictures with a garment that both were evaluated on.
        gain: our pooled garment IoU less theirs, over all pictures that both were evaluated on.
        gain_low: lower end of the gain's 95% interval.
        gain_high: upper end.
    """

    dataset: str
    pairings: tuple[Pairing, ...]
    gain: float
    gain_low: float
    gain_high: float

    @property
    def won(self) -> int:
        """Pictures that we do better."""
        return sum(pairing.gain >= TIE for pairing in self.pairings)

    @property
    def lost(self) -> int:
        """Pictures that they do better."""
        return sum(pairing.gain <= -TIE for pairing in self.pairings)

    @property
    def tied(self) -> int:
        """Pictures that both do alike."""
        return len(self.pairings) - self.won - self.lost


def compare_models(ours: dict[str, Score], theirs: dict[str, Score]) -> list[Comparison]:
    """Compare two models' scores, set by set; sets that only one was evaluated on are left out."""
    return [_compare_sets(name, ours[name], theirs[name]) for name in ours if name in theirs]


def _compare_sets(name: str, ours: Score, theirs: Score) -> Comparison:
    known = {picture.stem: picture for picture in theirs.per_picture}
    pairings = tuple(
        Pairing(name, picture, known[picture.stem])
        for picture in ours.per_picture
        if picture.stem in known
    )
    counts = np.array(
        [
            (p.ours.intersection_px, p.ours.union_px, p.theirs.intersection_px, p.theirs.union_px)
            for p in pairings
        ],
        np.float64,
    ).reshape(-1, 4)
    low, high = _find_interval(counts)
    gain = _measure_gain(counts.sum(axis=0))
    return Comparison(name, tuple(p for p in pairings if p.ours.has_garment), gain, low, high)


def _measure_gain(counts: Float64Array) -> float:
    ours, our_union, theirs, their_union = counts
    return float(ours / max(1, our_union) - theirs / max(1, their_union))


def _find_interval(counts: Float64Array) -> tuple[float, float]:
    """Find the gain's 95% interval by the paired bootstrap (Efron & Tibshirani, 1993).

    Pictures are drawn anew, with repetition: what another handful of the same kind would give.

    Args:
        counts: float64 (pictures, 4): our intersection and union, theirs.
    """
    if not len(counts):
        return 0.0, 0.0
    random = np.random.default_rng(1)
    equal = np.full(len(counts), 1 / len(counts))
    gains = [
        _measure_gain(random.multinomial(len(counts), equal) @ counts) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(gains, (2.5, 97.5))
    return float(low), float(high)


def pick_biggest_changes(comparisons: list[Comparison], count: int) -> list[Pairing]:
    """Pick the pictures on which the two differ most, the greatest difference first."""
    pairings = [pairing for each in comparisons for pairing in each.pairings]
    changed = [pairing for pairing in pairings if abs(pairing.gain) >= TIE]
    return sorted(changed, key=lambda p: (-abs(p.gain), p.dataset, p.ours.stem))[:count]
