"""One frame to one cutout, each stage timed."""

from __future__ import annotations

from dataclasses import replace

from device.bundle.bundle import Bundle
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.imaging.thumbnail import shrink_for_preview
from device.matting.alpha_field import refine_alpha
from device.matting.foreground import Foreground
from device.matting.noise import estimate_noise
from device.matting.upsampling import upsample_alpha
from device.pipeline.correction import Corrected, Correction
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.runtimes.runtime import Runtime
from device.segmentation.alpha_ramp import measure_edge_logit
from device.segmentation.decode import to_half
from device.segmentation.frame_logits import average_logits, average_people
from device.segmentation.letterbox import Letterbox
from device.segmentation.preprocess import resize_for_model
from device.segmentation.scene_logits import UNSEEN, SceneLogits
from device.segmentation.segmenter import Segmenter
from device.segmentation.specks import drop_specks
from device.segmentation.tile_progress import TileProgress
from device.settings.preview import PreviewSettings
from device.system.stage_clock import StageClock

_LIVE = PreviewSettings()


class Pipeline:
    """What every picture goes through, whether it comes from a camera or a file.

    Not for two threads at once: a runtime holds one set of tensors.
    """

    def __init__(
        self, bundle: Bundle, runtime: Runtime, *, zooms: bool = True, tiles: bool = True
    ) -> None:
        """Join a model and what runs it.

        Args:
            bundle: what the model takes and gives.
            runtime: runs it.
            zooms: run a second pass over what the first one found, and show every second preview
                of a still scene to the model mirrored.
            tiles: then run passes over the garment's tiles; not without the second pass.
        """
        self.bundle = bundle
        self.runtime = runtime
        self._segmenter = Segmenter(bundle, runtime, zooms=zooms, tiles=tiles)

    @property
    def uses_tiles(self) -> bool:
        """Whether `cut` takes what `advance` gives."""
        return self._segmenter.tiles

    def cut(
        self,
        frame: Frame,
        scene: SceneLogits = UNSEEN,
        *,
        correct: Correction | None = None,
    ) -> Cutout:
        """Cut the garment out as well as can be.

        Args:
            frame: the picture.
            scene: what earlier frames of the same still scene gave. It stands for the passes over
                this one, so that the masks of two shots of one scene agree; those that it lacks
                are run now.
            correct: puts the logits right before the edge is drawn; None leaves them.

        Returns:
            The frame with its mask, edge colours and logits, and ``stage_ms`` for the stages
            ``preprocess``, ``invoke``, ``second_look`` and ``parts`` (of those that run),
            ``gather``, ``correct`` (where something does), ``decode``, ``refine``, ``colour`` and
            ``measure``.
        """
        clock = StageClock()
        found = self._segmenter.segment(frame, scene, clock)
        corrected = Corrected(found)
        if correct is not None:
            with clock.stage("correct"):
                corrected = correct(frame, found)
        grid = corrected.grid
        region, stride = grid.region, grid.stride
        with clock.stage("preprocess"):
            picture = resize_for_model(region.crop(frame), grid.box.half_px, self.bundle.input)
        with clock.stage("decode"):
            cells = drop_specks(grid.cells)
            logits = to_half(cells, grid.box, stride)
            # By the edges as found: a correction here must not move the edge elsewhere.
            full_logit = measure_edge_logit(drop_specks(found.cells))
        with clock.stage("refine"):
            noise = estimate_noise(frame)
            field = refine_alpha(logits, full_logit, picture, stride=stride, noise=noise)
        with clock.stage("colour"):
            foreground = Foreground(field.alpha, field.picture)
        with clock.stage("refine"):
            swapped = frame.colour_order != self.bundle.input.colour_order
            full = upsample_alpha(field, foreground, frame, swapped=swapped, region=region)
        with clock.stage("measure"):
            mask = make_mask(full.alpha, region)
        return Cutout(
            frame=frame,
            mask=mask,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=clock.read(),
            edge_colours=full.colours,
            logits=grid,
            coarse_alpha=field.alpha,
            iou_model=self.bundle.iou_model,
            removed_share=corrected.removed_share,
        )

    def advance(self, frame: Frame, scene: SceneLogits) -> TileProgress:
        """Run one more pass over a still scene, so that a shot of it need not.

        Args:
            frame: the picture.
            scene: what earlier frames of the same scene gave.

        Returns:
            What the passes after the first have given by now.
        """
        return self._segmenter.advance(frame, scene, StageClock())

    def preview(
        self, frame: Frame, scene: SceneLogits = UNSEEN, *, longest_px: int = _LIVE.longest_px
    ) -> QuickMask:
        """Find the garment quickly, for eyes and triggers: the model's edge, interpolated.

        While the scene rests, every second frame is shown to the model mirrored, and what earlier
        frames gave is averaged in: what is drawn does not flicker, and a shot finds the passes
        over its full frame done.

        Args:
            frame: the picture.
            scene: what earlier frames of the same still scene gave.
            longest_px: longer side of what is to be drawn.

        Returns:
            The logits; nothing is interpolated or drawn yet.
        """
        clock, spec = StageClock(), self.bundle.input
        with clock.stage("preprocess"):
            small = shrink_for_preview(frame, longest_px)
        box = Letterbox.fit(frame.height_px, frame.width_px, spec.height_px, spec.width_px)
        before = scene.find_previews(box)
        plain = sum(not each.mirrored for each in before)
        mirrored = self._segmenter.zooms and plain > len(before) / 2
        found = self._segmenter.infer_frame(frame, clock, mirrored=mirrored)
        with clock.stage("gather"):
            cells = drop_specks(average_logits([found, *before]))
            people = average_people([found, *before])
        return QuickMask(
            frame=small,
            grid=replace(found.grid, cells=cells),
            logits=found,
            bundle_id=self.bundle.id,
            backend=self.runtime.backend,
            stage_ms=clock.read(),
            people=people,
        )
