"""A quick look at a frame, for eyes and triggers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np

from device.imaging.arrays import Float32Array
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.pipeline.cutout import Cutout
from device.segmentation.alpha_ramp import OPAQUE_LOGIT, soft_alpha
from device.segmentation.decode import to_picture
from device.segmentation.frame_logits import FrameLogits


@dataclass(frozen=True, slots=True)
class QuickMask:
    """What the model sees, before anything is drawn.

    Attributes:
        frame: the picture at the preview's size.
        cells: float32, shape (rows, columns), garment logits without specks; of a scene that
            rests the mean over several frames.
        evidence: what this frame alone gave.
        stride: pixels of the model's input for each cell.
        bundle_id: the model bundle.
        backend: what ran it.
        stage_ms: wall-clock milliseconds of ``preprocess``, ``invoke`` and ``gather``.
    """

    frame: Frame
    cells: Float32Array
    evidence: FrameLogits
    stride: int
    bundle_id: str
    backend: str
    stage_ms: Mapping[str, float]

    @property
    def inside(self) -> Float32Array:
        """The cells that lie on the frame, float32, shape (rows, columns)."""
        return replace(self.evidence, cells=self.cells).inside

    @property
    def garment_share(self) -> float:
        """Share of the frame that is garment, 0 to 1."""
        inside = self.inside
        return cv2.countNonZero((inside > 0).astype(np.uint8)) / inside.size

    def cutout(self) -> Cutout:
        """The small frame with its mask: the model's edge, interpolated. Any thread."""
        start_s = time.perf_counter()
        size = (self.frame.width_px, self.frame.height_px)
        logits = to_picture(self.cells, self.evidence.box, self.stride)
        # Drawn with a hard edge: how soft it is does not matter.
        alpha = cv2.resize(soft_alpha(logits, OPAQUE_LOGIT), size)
        mask = make_mask(np.asarray(alpha, dtype=np.uint8))
        decode_ms = (time.perf_counter() - start_s) * 1000
        return Cutout(
            frame=self.frame,
            mask=mask,
            bundle_id=self.bundle_id,
            backend=self.backend,
            stage_ms=MappingProxyType({**self.stage_ms, "decode": decode_ms}),
            evidence=self.evidence,
        )
