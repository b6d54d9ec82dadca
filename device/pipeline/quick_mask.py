"""A frame's mask as previews and triggers take it: the model's cells, nothing refined."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.pipeline.cutout import Cutout
from device.segmentation.alpha_ramp import OPAQUE_LOGIT, ramp_alpha
from device.segmentation.cell_grid import CellGrid
from device.segmentation.decode import to_picture
from device.segmentation.frame_logits import FrameLogits


@dataclass(frozen=True, slots=True)
class QuickMask:
    """What the model found in a frame, before anything is drawn.

    Attributes:
        frame: the picture at the preview's size.
        grid: logits without specks; of a scene at rest the mean over several frames.
        logits: what this frame alone gave.
        bundle_id: the model bundle.
        backend: what ran it.
        stage_ms: wall-clock milliseconds of ``preprocess``, ``invoke`` and ``gather``.
        people: logits of skin and hair, averaged likewise; None where the model has none.
    """

    frame: Frame
    grid: CellGrid
    logits: FrameLogits
    bundle_id: str
    backend: str
    stage_ms: Mapping[str, float]
    people: CellGrid | None = None

    @property
    def garment_share(self) -> float:
        """Share of the frame that is garment, 0 to 1."""
        return self.grid.garment_share

    def cutout(self) -> Cutout:
        """Interpolate the model's edge onto the small frame. Any thread."""
        start_s = time.perf_counter()
        size = (self.frame.width_px, self.frame.height_px)
        logits = to_picture(self.grid.cells, self.grid.box, self.grid.stride)
        # Drawn with a hard edge: how soft it is does not matter.
        alpha = cv2.resize(ramp_alpha(logits, OPAQUE_LOGIT), size)
        mask = make_mask(np.asarray(alpha, dtype=np.uint8))
        decode_ms = (time.perf_counter() - start_s) * 1000
        return Cutout(
            frame=self.frame,
            mask=mask,
            bundle_id=self.bundle_id,
            backend=self.backend,
            stage_ms=MappingProxyType({**self.stage_ms, "decode": decode_ms}),
        )
