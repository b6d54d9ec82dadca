"""Reliability of a model's confidence: is it right as often as it is sure?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from train.arrays import BoolArray, Float32Array, Float64Array

BINS = 10  # as in the papers below
PIXELS_PER_PICTURE = 4096  # enough for bins stable to 0.1% over a set, and fast


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Sampled pixels whose confidence lies in one tenth of 0 to 1.

    Attributes:
        low: least confidence.
        high: most confidence.
        pixels: how many were sampled.
        confidence: their mean confidence; None without pixels.
        garment_share: how many of them are garment in truth; None without pixels.
    """

    low: float
    high: float
    pixels: int
    confidence: float | None
    garment_share: float | None


def _make_zeros() -> Float64Array:
    return np.zeros(BINS)


@dataclass(slots=True)
class Reliability:
    """Confidence, the sigmoid of the logit, against truth, over a sample of each picture's pixels.

    The sample is drawn by the picture's name, so it is the same for every model and every day,
    and every picture counts the same whatever its size.
    """

    pixels: Float64Array = field(default_factory=_make_zeros)
    garment: Float64Array = field(default_factory=_make_zeros)
    confidence: Float64Array = field(default_factory=_make_zeros)

    def add(self, logits: Float32Array, truth: BoolArray, *, stem: str) -> None:
        """Count one picture.

        Args:
            logits: float32 (height, width).
            truth: bool, same shape.
            stem: the picture's name.
        """
        seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "big")
        places = np.random.default_rng(seed).integers(0, truth.size, PIXELS_PER_PICTURE)
        sampled = np.clip(logits.reshape(-1)[places].astype(np.float64), -60, 60)
        confidence = 1 / (1 + np.exp(-sampled))
        bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
        self.pixels += np.bincount(bins, minlength=BINS)
        self.garment += np.bincount(bins, truth.reshape(-1)[places], minlength=BINS)
        self.confidence += np.bincount(bins, confidence, minlength=BINS)

    def merge(self, other: Reliability) -> None:
        """Count what another has counted."""
        self.pixels += other.pixels
        self.garment += other.garment
        self.confidence += other.confidence

    @property
    def known(self) -> bool:
        """Whether any confidence was counted: masks from files have none."""
        return bool(self.pixels.sum())

    @property
    def table(self) -> list[ReliabilityBin]:
        """The reliability table (DeGroot & Fienberg, 1983), least confidence first."""
        rows = []
        for number in range(BINS):
            count = self.pixels[number]
            rows.append(
                ReliabilityBin(
                    number / BINS,
                    (number + 1) / BINS,
                    int(count),
                    float(self.confidence[number] / count) if count else None,
                    float(self.garment[number] / count) if count else None,
                )
            )
        return rows

    @property
    def expected_error(self) -> float | None:
        """Expected calibration error (Naeini et al., AAAI 2015), 10 equal bins; None if unknown."""
        if not self.known:
            return None
        return float(np.abs(self.garment - self.confidence).sum() / self.pixels.sum())

    @property
    def unsure_share(self) -> float | None:
        """Share of pixels with a confidence from 0.1 to 0.9; None if unknown."""
        return float(self.pixels[1:-1].sum() / self.pixels.sum()) if self.known else None

    @property
    def unsure_error(self) -> float | None:
        """Expected calibration error over the unsure pixels alone; None if there are none.

        Easy background fills the outer bins and makes the whole error look small.
        """
        unsure = self.pixels[1:-1].sum()
        if not unsure:
            return None
        return float(np.abs(self.garment - self.confidence)[1:-1].sum() / unsure)

    def as_dict(self) -> dict[str, Any] | None:
        """Return the figures, rounded for people; None if unknown."""
        if self.expected_error is None:
            return None
        return {
            "expected_error": round(self.expected_error, 4),
            "unsure_share": _round(self.unsure_share),
            "unsure_error": _round(self.unsure_error),
            "bins": [
                {
                    "from": row.low,
                    "to": row.high,
                    "pixels": row.pixels,
                    "confidence": _round(row.confidence),
                    "garment_share": _round(row.garment_share),
                }
                for row in self.table
            ],
        }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
