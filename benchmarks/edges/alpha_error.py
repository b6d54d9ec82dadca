"""Error of an alpha against the true one."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array
from train.evaluation.boundary import boundary_f
from train.evaluation.metrics import Score

COLUMNS = ("IoU", "MSE × 1000", "SAD / 1000", "gradient", "boundary F 0.75%", "boundary F 2 px")
_STRICT_PX, _STRICT_SIDE_PX = 2.0, 1920


@dataclass(slots=True)
class AlphaError:
    """Errors summed over pictures.

    Mean squared error, sum of absolute differences and gradient error as in Rhemann et al., "A
    Perceptually Motivated Online Benchmark for Image Matting" (CVPR 2009), over whole pictures
    and with Sobel instead of Gaussian derivatives. The boundary F is the mean over pictures that
    show a garment, at 0.75% of the diagonal and at 2 pixels for a longer side of 1920, 1 pixel at
    least.
    """

    masks: Score = field(default_factory=Score)
    by_picture: list[tuple[float, ...]] = field(default_factory=list)
    strict_boundary_f: list[float] = field(default_factory=list)

    def add(self, alpha: UInt8Array, truth: Float32Array) -> None:
        """Count a picture: alpha 0 to 255 and its truth 0 to 1, both of shape (height, width)."""
        found, garment = alpha >= 128, truth >= 0.5
        self.masks.add(found, garment, None)
        shown = alpha.astype(np.float32) / 255
        slopes = _measure_slope(shown) - _measure_slope(truth)
        if garment.any():
            strict_px = max(1.0, _STRICT_PX * max(alpha.shape) / _STRICT_SIDE_PX)
            self.strict_boundary_f.append(boundary_f(found, garment, tolerance_px=strict_px))
        self.by_picture.append(
            (
                float(((shown - truth) ** 2).mean()) * 1000,
                float(np.abs(shown - truth).sum()) / 1000,
                float((slopes**2).sum()) / 1000,
            )
        )

    def means(self) -> dict[str, float]:
        """Return the figures by column; IoU is pooled over all pixels."""
        strict = float(np.mean(self.strict_boundary_f)) if self.strict_boundary_f else 0.0
        means = [*np.mean(self.by_picture, axis=0), self.masks.boundary_f, strict]
        values = [round(self.masks.garment_iou, 4), *(round(float(mean), 3) for mean in means)]
        return dict(zip(COLUMNS, values, strict=True))


def _measure_slope(alpha: Float32Array) -> Float32Array:
    across = cv2.Sobel(alpha, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(alpha, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(np.hypot(across, down), dtype=np.float32)
