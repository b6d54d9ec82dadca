"""Error of an alpha against the true one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from benchmarks.masks.score import TOLERANCE, Overlap, boundary_f
from device.imaging.arrays import Float32Array, UInt8Array

COLUMNS = ("IoU", "MSE × 1000", "SAD / 1000", "gradient", "boundary F 0.75%", "boundary F 2 px")
_STRICT_PX, _STRICT_SIDE_PX = 2.0, 1920


@dataclass(slots=True)
class AlphaError:
    """Errors summed over pictures.

    Mean squared error, sum of absolute differences and gradient error as in Rhemann et al., "A
    Perceptually Motivated Online Benchmark for Image Matting" (CVPR 2009), over whole pictures
    and with Sobel instead of Gaussian derivatives. The boundary F is the mean over pictures, at
    0.75% of the diagonal and at 2 pixels for a longer side of 1920, 1 pixel at least.
    """

    overlap: Overlap = field(default_factory=Overlap)
    by_picture: list[tuple[float, ...]] = field(default_factory=list)

    def add(self, alpha: UInt8Array, truth: Float32Array) -> None:
        """Count a picture: alpha 0 to 255 and its truth 0 to 1, both of shape (height, width)."""
        found, garment = alpha >= 128, truth >= 0.5
        self.overlap.add(found, garment)
        shown = alpha.astype(np.float32) / 255
        slopes = _measure_slope(shown) - _measure_slope(truth)
        strict_px = max(1.0, _STRICT_PX * max(alpha.shape) / _STRICT_SIDE_PX)
        self.by_picture.append(
            (
                float(((shown - truth) ** 2).mean()) * 1000,
                float(np.abs(shown - truth).sum()) / 1000,
                float((slopes**2).sum()) / 1000,
                boundary_f(found, garment, max(1.0, TOLERANCE * math.hypot(*alpha.shape))),
                boundary_f(found, garment, strict_px),
            )
        )

    def means(self) -> dict[str, float]:
        """Return the figures by column; IoU is pooled over all pixels."""
        means = np.mean(self.by_picture, axis=0)
        values = [round(self.overlap.iou, 4), *(round(float(mean), 3) for mean in means)]
        return dict(zip(COLUMNS, values, strict=True))


def _measure_slope(alpha: Float32Array) -> Float32Array:
    across = cv2.Sobel(alpha, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(alpha, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(np.hypot(across, down), dtype=np.float32)
