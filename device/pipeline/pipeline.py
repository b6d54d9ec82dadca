"""One frame to one cutout, each stage timed."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from device.bundle.bundle import Bundle
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.imaging.thumbnail import preview_frame
from device.matting.alpha_field import refine_alpha
from device.matting.foreground import Foreground
from device.matting.noise import estimate_noise
from device.matting.upsampling import upsample_alpha
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.runtimes.runtime import Runtime
from device.segmentation.alpha_ramp import edge_logit
from device.segmentation.decode import to_half
from device.segmentation.frame_logits import FrameLogits, average_logits
from device.segmentation.letterbox import Letterbox
from device.segmentation.preprocess import resize_for_model
from device.segmentation.region_logits import RegionLogits, TileProgress
from device.segmentation.segmenter import Segmenter, of_place
from device.segmentation.specks import drop_specks
from device.segmentation.tiled_segmenter import TiledSegmenter
from device.settings.preview import PreviewSettings
from device.system.stage_clock import StageClock

_LIVE = PreviewSettings()
_UNREAD = np.zeros((0, 0), np.uint8)


class Pipeline:
    """What every picture goes through, whether it comes from a camera or a file.

    Not for two threads at once: a runtime holds one set of tensors.
    """

    def __init__(
        self, bundle: Bundle, runtime: Runtime, *, second_look: bool = True, parts: bool = True
    ) -> None:
        """Join a model and what runs it.

        Args:
            bundle: what the model takes and gives.
            runtime: runs it.
            second_look: for `cut`, ask the model again about what it found, see
                `device.segmentation.segmenter`; and for `sketch`, about every second still frame's
                mirror image.
            parts: then about its parts, one by one; not without the second look.
        """
        self.bundle = bundle
        self.runtime = runtime
        self._looks = Segmenter(bundle, runtime)
        self._close_looks = TiledSegmenter(self._looks)
        self._second_look = second_look
        self._parts = parts and second_look
        # OpenCV's own threads spin between two calls, on cores that the interpreter needs: without
        # them the model itself is faster. What is worth it is spread by `device.system.parallel`.
        cv2.setNumThreads(1)

    def cut(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits] = (),
        closer: TileProgress | None = None,
    ) -> Cutout:
        """Cut the garment out as well as can be.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave; it stands for the first
                look at this one, so that the masks of two shots of one scene agree.
            closer: what `look_closer` gave of the same still scene; what is missing of it is
                looked at now.

        Returns:
            The frame with its mask, edge colours, evidence, and ``stage_ms`` for the stages
            ``preprocess``, ``invoke``, ``second_look`` and ``parts`` (of those that are taken),
            ``gather``, ``decode``, ``refine``, ``colour`` and ``measure``.
        """
        clock = StageClock()
        stride = self.bundle.output.stride
        swapped = frame.colour_order != self.bundle.input.colour_order
        if self._parts:
            answer = self._close_looks.look(frame, settled, clock, closer).answer
        else:
            look = self._looks.both if self._second_look else self._looks.once
            answer = look(frame, settled, clock)
        box, region = answer.box, answer.region

        with clock.stage("preprocess"):
            picture = self._half(frame, answer)
        with clock.stage("decode"):
            clean = drop_specks(answer.cells)
            logits, full_logit = to_half(clean, box, stride), edge_logit(clean)
        with clock.stage("refine"):
            noise = estimate_noise(frame)
            field = refine_alpha(logits, full_logit, picture, stride=stride, noise=noise)
        with clock.stage("colour"):
            foreground = Foreground(field.alpha, field.picture)
        with clock.stage("refine"):
            read = upsample_alpha(field, foreground, frame, swapped=swapped, region=region)
        with clock.stage("measure"):
            mask = make_mask(read.alpha, region)
        return Cutout(
            frame=frame,
            mask=mask,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=clock.read(),
            edge_colours=read.colours,
            evidence=FrameLogits(answer.cells, box, field.alpha),
        )

    def look_closer(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits],
        so_far: TileProgress | None = None,
    ) -> TileProgress:
        """Ask the model once more about a still scene, so that a shot need not.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave, of both kinds.
            so_far: what earlier closer looks at the scene gave.

        Returns:
            What they have given together.
        """
        return self._close_looks.look(frame, settled, StageClock(), so_far, once=True)

    @property
    def looks_closer(self) -> bool:
        """Whether `cut` takes what `look_closer` gives."""
        return self._parts

    def sketch(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits] = (),
        *,
        longest_px: int = _LIVE.longest_px,
    ) -> QuickMask:
        """Find the garment quickly, for eyes and triggers: the model's edge, interpolated.

        While the scene rests, every second look is at the mirror image, and what earlier looks
        gave is averaged in: so what is drawn does not flicker, and a shot finds all it needs.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave.
            longest_px: longer side of what is to be drawn.

        Returns:
            What was seen; nothing is interpolated or drawn yet.
        """
        clock, given = StageClock(), self.bundle.input
        with clock.stage("preprocess"):
            small = preview_frame(frame, longest_px)
        box = Letterbox.fit(frame.height_px, frame.width_px, given.height_px, given.width_px)
        looks = of_place(settled, box)
        mirrored = self._second_look and sum(not kind for _, kind in looks) > len(looks) / 2
        seen = self._looks.first(frame, clock, mirrored=mirrored)
        pool = [(seen.cells, mirrored), *looks]
        with clock.stage("gather"):
            clean = drop_specks(average_logits(pool))
        return QuickMask(
            frame=small,
            cells=clean,
            evidence=FrameLogits(seen.cells, box, _UNREAD, mirrored),
            stride=self.bundle.output.stride,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=clock.read(),
        )

    def _half(self, frame: Frame, answer: RegionLogits) -> UInt8Array:
        """What an answer is about, at half of the size that the model saw it at."""
        part = answer.region.crop(frame)
        return resize_for_model(part, answer.box.half_px, self.bundle.input)
