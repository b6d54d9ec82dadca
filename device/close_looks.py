"""What the model is shown for a shot: the garment as a whole, then one part after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device.answer import Answer, Closer
from device.bundle import Bundle
from device.closer_look import resampled, runs_out
from device.evidence import Evidence
from device.frame import Frame
from device.halvings import Halvings
from device.looks import Looks
from device.parts import PartLook, PartPlan, plan_parts, put_together
from device.refine import drop_specks
from device.region import Region
from device.stage_clock import StageClock


class CloseLooks:
    """Takes looks one by one, so that frames of a still scene can share them."""

    def __init__(self, bundle: Bundle, looks: Looks) -> None:
        """Take what looks, and the bundle whose model it shows things to."""
        self._looks = looks
        self._given = bundle.input
        self._stride = bundle.output.stride

    def next(
        self,
        frame: Frame,
        settled: Sequence[Evidence],
        clock: StageClock,
        halvings: Halvings,
        so_far: Closer | None = None,
    ) -> Closer:
        """Look once more, closer: at the garment as a whole, then at its next part.

        Args:
            frame: the picture.
            settled: what earlier frames of the same still scene gave.
            clock: is told the time of the stages of `Looks.both`, and of ``parts``.
            halvings: of the frame's pixels.
            so_far: what closer looks at the same scene gave, None where there were none.

        Returns:
            That and what this look gave; as it was where there is nothing left to look at.
        """
        frame_px = (frame.height_px, frame.width_px)
        # A camera's stills may show another part of the scene than its stream.
        if so_far is None or so_far.frame_px != frame_px:
            whole = self._looks.both(frame, settled, clock, halvings)
            clean, where = drop_specks(whole.cells), (whole.box, whole.region)
            return Closer(
                frame_px, whole, plan_parts(clean, *where, frame_px, self._given, self._stride)
            )
        plan, parts = so_far.plan, so_far.parts
        if plan is None or so_far.complete:
            return so_far
        region = plan.parts[len(parts)]
        picture, box = self._looks.fit(frame, region, clock, halvings)
        # Every second one the other way round, as with the looks at the whole.
        cells = self._looks.ask(picture, box, clock, "parts", mirrored=len(parts) % 2 == 1)
        further = replace(so_far, parts=(*parts, PartLook(region, box, cells)))
        if len(further.parts) < len(plan.parts):
            return further
        return replace(further, together=clock("gather", lambda: self._together(further, plan)))

    def all(
        self,
        frame: Frame,
        settled: Sequence[Evidence],
        clock: StageClock,
        halvings: Halvings,
        so_far: Closer | None = None,
    ) -> Answer:
        """Take the looks that are still to be taken; arguments as of `next`, and ``gather``."""
        closer = self.next(frame, settled, clock, halvings, so_far)
        while not closer.complete:
            closer = self.next(frame, settled, clock, halvings, closer)
        return closer.together or closer.whole

    def _together(self, closer: Closer, plan: PartPlan) -> Answer:
        found = self._joined(closer, plan, plan.region)
        clean = drop_specks(found.cells)
        if not runs_out(clean, found.box, found.region, closer.frame_px, self._stride):
            return found
        found = self._joined(closer, plan, plan.wide)
        clean = drop_specks(found.cells)
        if runs_out(clean, found.box, found.region, closer.frame_px, self._stride):
            return closer.whole  # Better a coarse edge than one that is none.
        return found

    def _joined(self, closer: Closer, plan: PartPlan, region: Region) -> Answer:
        whole, stride = closer.whole, self._stride
        box = plan.grid(region, stride)
        rows, columns = slice(0, box.height_px // stride), slice(0, box.width_px // stride)
        source = whole.cells, whole.box, whole.region
        base = resampled(*source, region, box, stride, rows=rows, columns=columns)
        cells = put_together(base, closer.parts, region, box, closer.frame_px, stride)
        return Answer(cells, box, region)
