"""What the model is shown of a frame: all of it, then what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from device.bundle.bundle import Bundle
from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.runtimes.runtime import Runtime
from device.segmentation.cell_grid import blend, resample, touches_border
from device.segmentation.decode import cells_inside, garment_logits
from device.segmentation.frame_logits import FrameLogits, average_logits
from device.segmentation.letterbox import Letterbox
from device.segmentation.preprocess import fit_picture, to_tensor
from device.segmentation.region_logits import RegionLogits
from device.segmentation.specks import drop_specks
from device.segmentation.zoom import MARGIN, WIDE_MARGIN, closeness, region_around, zoom_out
from device.system.stage_clock import StageClock

_FILLING_SHARE = 0.4
"""From this share of the frame on, the garment is too near: the model wants its surroundings."""
_EVEN = 0.5


class Segmenter:
    """Shows frames to the model; not for two threads at once, as a runtime is not.

    Attributes:
        given: what the model takes.
        stride: pixels of that for each cell of its answer.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime) -> None:
        """Join a model and what runs it."""
        self._runtime = runtime
        self._bundle = bundle
        self.given = bundle.input
        self.stride = bundle.output.stride

    def first(
        self,
        frame: Frame,
        clock: StageClock,
        *,
        mirrored: bool = False,
    ) -> RegionLogits:
        """Look at the whole frame.

        Args:
            frame: the picture.
            clock: times the stages ``preprocess`` and ``invoke``.
            mirrored: show the model the mirror image; the answer is the right way round.
        """
        with clock.stage("preprocess"):
            picture, box = fit_picture(frame, self.given)
        cells = self.ask(picture, box, clock, "invoke", mirrored=mirrored)
        return RegionLogits(cells, box, Region.whole(frame))

    def both(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits],
        clock: StageClock,
    ) -> RegionLogits:
        """Look twice: at the whole frame, and at the mirror image of what the first look found.

        The second look goes closer where the garment leaves room around it, and a step back where
        it fills the frame. Where garment runs out of what was seen closer, it is looked at with
        more room, and if that is not enough the whole frame is. What previews of the same still
        scene have seen stands for the first look.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave.
            clock: times the stages ``preprocess``, ``invoke`` and ``second_look``.
        """
        box = Letterbox.fit(
            frame.height_px, frame.width_px, self.given.height_px, self.given.width_px
        )
        seen = of_place(settled, box)
        look = None if seen else self.first(frame, clock)
        cells = look.cells if look is not None else average_logits(seen)
        clean = drop_specks(cells)
        for margin in (MARGIN, WIDE_MARGIN):
            region = region_around(clean, box, self.given, self.stride, margin)
            if region is None:
                break
            closer = self._closer(frame, cells, box, region, clock)
            if not self._runs_out(closer, frame):
                return closer
        again = self._again(frame, cells, clock)
        return RegionLogits(blend(cells, again, _EVEN), box, Region.whole(frame))

    def once(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits],
        clock: StageClock,
    ) -> RegionLogits:
        """Look at the whole frame, and average in what its still scene has given before."""
        look = self.first(frame, clock)
        cells = average_logits([(look.cells, False), *of_place(settled, look.box)])
        return replace(look, cells=cells)

    def _closer(
        self,
        frame: Frame,
        cells: Float32Array,
        box: Letterbox,
        region: Region,
        clock: StageClock,
    ) -> RegionLogits:
        picture, part_box = self.fit(frame, region, clock)
        close = self.ask(picture, part_box, clock, "second_look", mirrored=True)
        whole = self._resampled(cells, box, Region.whole(frame), region, part_box)
        share = closeness(region, (frame.height_px, frame.width_px), self.given)
        return RegionLogits(blend(whole, close, share), part_box, region)

    def _runs_out(self, closer: RegionLogits, frame: Frame) -> bool:
        frame_px = (frame.height_px, frame.width_px)
        clean = drop_specks(closer.cells)
        return touches_border(clean, closer.box, closer.region, frame_px, self.stride)

    def _again(self, frame: Frame, cells: Float32Array, clock: StageClock) -> Float32Array:
        whole = Region.whole(frame)
        picture, box = self.fit(frame, whole, clock)
        if _measure_share(cells, box, self.stride) <= _FILLING_SHARE:
            return self.ask(picture, box, clock, "second_look", mirrored=True)
        small, small_box = zoom_out(picture, box)
        far = self.ask(small, small_box, clock, "second_look", mirrored=True)
        return self._resampled(far, small_box, whole, whole, box)

    def fit(self, frame: Frame, region: Region, clock: StageClock) -> tuple[UInt8Array, Letterbox]:
        """A region of a frame as the model is to see it, and its place on the input."""
        with clock.stage("preprocess"):
            return fit_picture(region.crop(frame), self.given)

    def _resampled(
        self,
        cells: Float32Array,
        box: Letterbox,
        source: Region,
        region: Region,
        region_box: Letterbox,
    ) -> Float32Array:
        rows, columns = (slice(0, count) for count in cells.shape)
        where = source, region, region_box, self.stride
        return resample(cells, box, *where, rows=rows, columns=columns)

    def ask(
        self,
        picture: UInt8Array,
        box: Letterbox,
        clock: StageClock,
        stage: str,
        *,
        mirrored: bool,
    ) -> Float32Array:
        """The model's answer to a fitted picture.

        Args:
            picture: uint8, shape (box.height_px, box.width_px, 3).
            box: its place on the input.
            clock: times the stages ``preprocess`` and ``stage``.
            stage: name of the inference.
            mirrored: show the model the mirror image.

        Returns:
            float32, shape (rows, columns), garment logits, the right way round.
        """
        with clock.stage("preprocess"):
            tensor = to_tensor(picture, box, self.given)
            if mirrored:
                tensor = cv2.flip(tensor[0], 1)[np.newaxis]
        with clock.stage(stage):
            cells = garment_logits(self._runtime.invoke(tensor), self._bundle.output)
        return np.ascontiguousarray(cells[:, ::-1]) if mirrored else cells


def of_place(settled: Sequence[FrameLogits], box: Letterbox) -> list[tuple[Float32Array, bool]]:
    """Cells and mirroredness of looks that took up the same place on the model's input.

    A camera's still has the proportions of its stream and shows the same; one of other proportions
    may show another part of the scene.
    """
    return [(each.cells, each.mirrored) for each in settled if each.box.matches(box)]


def _measure_share(cells: Float32Array, box: Letterbox, stride: int) -> float:
    top, bottom = cells_inside(len(cells), stride, box.top_px, box.height_px)
    left, right = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    return float((cells[top : bottom + 1, left : right + 1] > 0).mean())
