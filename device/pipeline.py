"""One frame to one cutout, each stage timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from device.bundle import Bundle, OutputSpec
from device.decode import garment_logits, to_frame
from device.edge import GREY_FROM, snap_to_edges
from device.frame import Cutout, Frame, UInt8Array
from device.preprocess import Letterbox, fit_picture, to_tensor
from device.refine import drop_specks, edge_logit, mask_of, soft_alpha
from device.runtimes.runtime import Runtime

Result = TypeVar("Result")


class Pipeline:
    """What every picture goes through, whether it comes from a camera or a file."""

    def __init__(self, bundle: Bundle, runtime: Runtime) -> None:
        self.bundle = bundle
        self.runtime = runtime

    def cut(self, frame: Frame) -> Cutout:
        """Find the garment in a frame.

        Not for two threads at once: a runtime holds one set of tensors.

        Returns:
            The frame with its mask in frame coordinates, and ``stage_ms`` for the stages
            ``preprocess``, ``invoke``, ``decode``, ``refine`` and ``measure``.
        """
        stage_ms: dict[str, float] = {}

        def timed(stage: str, work: Callable[[], Result]) -> Result:
            start = time.perf_counter()
            result = work()
            stage_ms[stage] = (time.perf_counter() - start) * 1000
            return result

        given, answered = self.bundle.input, self.bundle.output

        def preprocess() -> tuple[npt.NDArray[Any], UInt8Array, Letterbox]:
            picture, box = fit_picture(frame, given)
            grey = cv2.cvtColor(picture, GREY_FROM[given.colour_order])
            return to_tensor(picture, box, given), np.asarray(grey, dtype=np.uint8), box

        tensor, grey, box = timed("preprocess", preprocess)
        output = timed("invoke", lambda: self.runtime.invoke(tensor))
        small = timed("decode", lambda: _small_alpha(output, box, answered))
        alpha = timed("refine", lambda: snap_to_edges(small, grey, frame, stride=answered.stride))
        mask = timed("measure", lambda: mask_of(alpha))
        return Cutout(
            frame=frame,
            mask=mask,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=stage_ms,
        )


def _small_alpha(output: npt.NDArray[Any], box: Letterbox, spec: OutputSpec) -> UInt8Array:
    """The mask at the size at which the model saw the frame."""
    cells = drop_specks(garment_logits(output, spec))
    logits = to_frame(cells, box, spec.stride, (box.height_px, box.width_px))
    return soft_alpha(logits, edge_logit(cells))
