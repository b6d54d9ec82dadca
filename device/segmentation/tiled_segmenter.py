"""What the model is shown for a shot: the garment as a whole, then one part after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device.imaging.frame import Frame
from device.imaging.pyramid import Halvings
from device.imaging.region import Region
from device.segmentation.cell_grid import resampled, runs_out
from device.segmentation.frame_logits import Evidence
from device.segmentation.region_logits import Answer, Closer
from device.segmentation.segmenter import Looks
from device.segmentation.specks import drop_specks
from device.segmentation.tile_blending import PartLook, put_together
from device.segmentation.tiles import PartPlan, plan_parts
from device.system.stage_clock import StageClock


class CloseLooks:
    """Takes looks one by one, so that frames of a still scene can share them."""

    def __init__(self, looks: Looks) -> None:
        """Take what looks."""
        self._looks = looks

    def look(
        self,
        frame: Frame,
        settled: Sequence[Evidence],
        clock: StageClock,
        halvings: Halvings,
        so_far: Closer | None = None,
        *,
        once: bool = False,
    ) -> Closer:
        """Look closer: at the garment as a whole, then at one part after the other.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave.
            clock: is told the time of the stages of `Looks.both`, of ``parts`` and of ``gather``.
            halvings: of the frame's pixels.
            so_far: what closer looks at the same scene gave, None where there were none.
            once: take the next look only, instead of all that are left.

        Returns:
            That and what was seen now.
        """
        frame_px = (frame.height_px, frame.width_px)
        # A camera's stills may show another part of the scene than its stream.
        if so_far is None or so_far.frame_px != frame_px:
            so_far = self._begun(frame_px, self._looks.both(frame, settled, clock, halvings))
            if once:
                return so_far
        while so_far.plan is not None and not so_far.complete:
            so_far = self._further(frame, so_far, so_far.plan, clock, halvings)
            if once:
                break
        return so_far

    def _begun(self, frame_px: tuple[int, int], whole: Answer) -> Closer:
        clean, given, stride = drop_specks(whole.cells), self._looks.given, self._looks.stride
        plan = plan_parts(clean, whole.box, whole.region, frame_px, given, stride)
        return Closer(frame_px, whole, plan)

    def _further(
        self, frame: Frame, closer: Closer, plan: PartPlan, clock: StageClock, halvings: Halvings
    ) -> Closer:
        number = len(closer.parts)
        picture, box = self._looks.fit(frame, plan.parts[number], clock, halvings)
        # Every second one the other way round, as with the looks at the whole.
        cells = self._looks.ask(picture, box, clock, "parts", mirrored=number % 2 == 1)
        seen = PartLook(plan.parts[number], box, cells)
        further = replace(closer, parts=(*closer.parts, seen))
        if len(further.parts) < len(plan.parts):
            return further
        return replace(further, together=clock("gather", lambda: self._together(further, plan)))

    def _together(self, closer: Closer, plan: PartPlan) -> Answer:
        found = self._joined(closer, plan, plan.region)
        clean = drop_specks(found.cells)
        if not runs_out(clean, found.box, found.region, closer.frame_px, self._looks.stride):
            return found
        found = self._joined(closer, plan, plan.wide)
        clean = drop_specks(found.cells)
        if runs_out(clean, found.box, found.region, closer.frame_px, self._looks.stride):
            return closer.whole  # Better a coarse edge than one that is none.
        return found

    def _joined(self, closer: Closer, plan: PartPlan, region: Region) -> Answer:
        whole, stride = closer.whole, self._looks.stride
        box = plan.grid(region, stride)
        rows, columns = slice(0, box.height_px // stride), slice(0, box.width_px // stride)
        source = whole.cells, whole.box, whole.region
        base = resampled(*source, region, box, stride, rows=rows, columns=columns)
        cells = put_together(base, closer.parts, region, box, closer.frame_px, stride)
        return Answer(cells, box, region)
