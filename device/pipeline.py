"""One frame to one cutout, each stage timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from device.bundle import Bundle
from device.decode import garment_logits, to_frame
from device.frame import Cutout, Frame, UInt8Array
from device.preprocess import prepare
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
            ``preprocess``, ``invoke``, ``decode`` and ``refine``.
        """
        stage_ms: dict[str, float] = {}

        def timed(stage: str, work: Callable[[], Result]) -> Result:
            start = time.perf_counter()
            result = work()
            stage_ms[stage] = (time.perf_counter() - start) * 1000
            return result

        spec = self.bundle.output
        tensor, box = timed("preprocess", lambda: prepare(frame, self.bundle.input))
        output = timed("invoke", lambda: self.runtime.invoke(tensor))
        cells = drop_specks(garment_logits(output, spec))
        logits = timed("decode", lambda: to_frame(cells, box, spec.stride))

        def refine() -> UInt8Array:
            return soft_alpha(logits, edge_logit(cells))

        mask = timed("refine", lambda: mask_of(refine()))
        return Cutout(
            frame=frame,
            mask=mask,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=stage_ms,
        )
