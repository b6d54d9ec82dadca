"""What the model is shown for a shot: the garment as a whole, then one part after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device.imaging.frame import Frame
from device.imaging.region import Region
from device.segmentation.cell_grid import resample, touches_border
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.region_logits import RegionLogits, TileProgress
from device.segmentation.segmenter import Segmenter
from device.segmentation.specks import drop_specks
from device.segmentation.tile_blending import TileLogits, blend_tiles
from device.segmentation.tiles import TilePlan, plan_tiles
from device.system.stage_clock import StageClock


class TiledSegmenter:
    """Takes looks one by one, so that frames of a still scene can share them."""

    def __init__(self, looks: Segmenter) -> None:
        """Take what looks."""
        self._looks = looks

    def look(
        self,
        frame: Frame,
        settled: Sequence[FrameLogits],
        clock: StageClock,
        so_far: TileProgress | None = None,
        *,
        once: bool = False,
    ) -> TileProgress:
        """Look closer: at the garment as a whole, then at one part after the other.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave.
            clock: times the stages of `Segmenter.both`, of ``parts``, of ``gather``.
            so_far: what closer looks at the same scene gave, None where there were none.
            once: take the next look only, instead of all that are left.

        Returns:
            That and what was seen now.
        """
        frame_px = (frame.height_px, frame.width_px)
        # A camera's stills may show another part of the scene than its stream.
        if so_far is None or so_far.frame_px != frame_px:
            so_far = self._begun(frame_px, self._looks.both(frame, settled, clock))
            if once:
                return so_far
        while so_far.plan is not None and not so_far.complete:
            so_far = self._further(frame, so_far, so_far.plan, clock)
            if once:
                break
        return so_far

    def _begun(self, frame_px: tuple[int, int], whole: RegionLogits) -> TileProgress:
        clean, given, stride = drop_specks(whole.cells), self._looks.given, self._looks.stride
        plan = plan_tiles(clean, whole.box, whole.region, frame_px, given, stride)
        return TileProgress(frame_px, whole, plan)

    def _further(
        self,
        frame: Frame,
        closer: TileProgress,
        plan: TilePlan,
        clock: StageClock,
    ) -> TileProgress:
        number = len(closer.parts)
        picture, box = self._looks.fit(frame, plan.parts[number], clock)
        # Every second one the other way round, as with the looks at the whole.
        cells = self._looks.ask(picture, box, clock, "parts", mirrored=number % 2 == 1)
        seen = TileLogits(plan.parts[number], box, cells)
        further = replace(closer, parts=(*closer.parts, seen))
        if len(further.parts) < len(plan.parts):
            return further
        with clock.stage("gather"):
            return replace(further, together=self._together(further, plan))

    def _together(self, closer: TileProgress, plan: TilePlan) -> RegionLogits:
        found = self._joined(closer, plan, plan.region)
        clean = drop_specks(found.cells)
        if not touches_border(clean, found.box, found.region, closer.frame_px, self._looks.stride):
            return found
        found = self._joined(closer, plan, plan.wide)
        clean = drop_specks(found.cells)
        if touches_border(clean, found.box, found.region, closer.frame_px, self._looks.stride):
            return closer.whole  # Better a coarse edge than one that is none.
        return found

    def _joined(self, closer: TileProgress, plan: TilePlan, region: Region) -> RegionLogits:
        whole, stride = closer.whole, self._looks.stride
        box = plan.grid(region, stride)
        rows, columns = slice(0, box.height_px // stride), slice(0, box.width_px // stride)
        source = whole.cells, whole.box, whole.region
        base = resample(*source, region, box, stride, rows=rows, columns=columns)
        cells = blend_tiles(base, closer.parts, region, box, closer.frame_px, stride)
        return RegionLogits(cells, box, region)
