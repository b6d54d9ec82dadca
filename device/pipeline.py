"""One frame to one cutout, each stage timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from device.bundle import Bundle
from device.decode import garment_logits, to_frame
from device.edge import EdgeField, find_edges, noise_of, read_edges
from device.evidence import Evidence
from device.foreground import EdgeColours, edge_colours
from device.frame import Cutout, Float32Array, Frame, Mask
from device.preprocess import fit_picture, to_tensor
from device.refine import drop_specks, edge_logit, mask_of, soft_alpha
from device.runtimes.runtime import Runtime

Result = TypeVar("Result")


class Pipeline:
    """What every picture goes through, whether it comes from a camera or a file.

    Not for two threads at once: a runtime holds one set of tensors.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime, *, mirror: bool = True) -> None:
        """Join a model and what runs it.

        Args:
            bundle: what the model takes and gives.
            runtime: runs it.
            mirror: for `cut`, ask the model about the mirrored picture too and take the mean.
        """
        self.bundle = bundle
        self.runtime = runtime
        self._mirror = mirror

    def cut(self, frame: Frame, settled: Sequence[Evidence] = ()) -> Cutout:
        """Cut the garment out as well as can be.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave; averaged in, so that the
                masks of two shots of one scene agree.

        Returns:
            The frame with its mask, edge colours, evidence, and ``stage_ms`` for the stages
            ``preprocess``, ``invoke``, ``mirror`` (where it is done), ``decode``, ``refine``,
            ``colour`` and ``measure``.
        """
        clock = _Clock()
        given, stride = self.bundle.input, self.bundle.output.stride
        swapped = frame.colour_order != given.colour_order
        picture, box = clock("preprocess", lambda: fit_picture(frame, given))
        tensor = clock("preprocess", lambda: to_tensor(picture, box, given))
        cells = clock("invoke", lambda: self._cells(tensor))
        if self._mirror:
            flipped = np.ascontiguousarray(tensor[:, :, ::-1])
            mirrored = clock("mirror", lambda: self._cells(flipped))[:, ::-1]
            cells = np.asarray((cells + mirrored) / 2, dtype=np.float32)
        cells = _averaged(cells, [each.cells for each in settled if each.box == box])

        def decode() -> tuple[Float32Array, float]:
            clean = drop_specks(cells)
            return to_frame(clean, box, stride, (box.height_px, box.width_px)), edge_logit(clean)

        logits, full_logit = clock("decode", decode)

        def refine() -> EdgeField:
            return find_edges(logits, full_logit, picture, stride=stride, noise=noise_of(frame))

        field = clock("refine", refine)
        alpha = clock("refine", lambda: read_edges(field, frame, swapped=swapped))
        colours = clock(
            "colour", lambda: edge_colours(alpha, field.alpha, picture, frame, swapped=swapped)
        )
        mask = clock("measure", lambda: mask_of(alpha))
        evidence = Evidence(cells, box, picture, field.alpha, field.supported)
        return self._cutout(frame, mask, clock, evidence, colours)

    def sketch(self, frame: Frame) -> Cutout:
        """Find the garment quickly, for eyes and triggers: the model's edge, interpolated.

        Returns:
            The frame with its mask and evidence, and ``stage_ms`` for the stages ``preprocess``,
            ``invoke``, ``decode`` and ``measure``.
        """
        clock = _Clock()
        given, stride = self.bundle.input, self.bundle.output.stride
        picture, box = clock("preprocess", lambda: fit_picture(frame, given))
        tensor = clock("preprocess", lambda: to_tensor(picture, box, given))
        cells = clock("invoke", lambda: self._cells(tensor))
        clean = drop_specks(cells)
        size = (frame.height_px, frame.width_px)
        full_logit = edge_logit(clean)
        alpha = clock("decode", lambda: soft_alpha(to_frame(clean, box, stride, size), full_logit))
        mask = clock("measure", lambda: mask_of(alpha))
        unread = np.zeros((0, 0), np.uint8)
        evidence = Evidence(cells, box, picture, unread, np.zeros((0, 0), np.float32))
        return self._cutout(frame, mask, clock, evidence)

    def _cells(self, tensor: npt.NDArray[Any]) -> Float32Array:
        return garment_logits(self.runtime.invoke(tensor), self.bundle.output)

    def _cutout(
        self,
        frame: Frame,
        mask: Mask,
        clock: _Clock,
        evidence: Evidence,
        colours: EdgeColours | None = None,
    ) -> Cutout:
        return Cutout(
            frame=frame,
            mask=mask,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=clock.stage_ms,
            edge_colours=colours,
            evidence=evidence,
        )


class _Clock:
    """Runs work and adds up how long each stage took."""

    def __init__(self) -> None:
        self.stage_ms: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[[], Result]) -> Result:
        start_s = time.perf_counter()
        result = work()
        taken_ms = (time.perf_counter() - start_s) * 1000
        self.stage_ms[stage] = self.stage_ms.get(stage, 0.0) + taken_ms
        return result


def _averaged(cells: Float32Array, earlier: list[Float32Array]) -> Float32Array:
    if not earlier:
        return cells
    return np.asarray(np.mean([cells, *earlier], axis=0), dtype=np.float32)
