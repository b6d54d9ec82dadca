"""From a frame to a shot that lies safely in the spool."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from device.contract.capture_request import CaptureRequest, format_result
from device.contract.content_type import CONTENT_TYPES
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.contract.message import encode_json
from device.contract.topics import Topics
from device.encoding.cutout_file import AS_FRAMED, encode_cutout
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.still_scene import StillScene
from device.settings.output import OutputSettings
from device.settings.verdict import STANDARD, VerdictSettings
from device.shots.ledger import Ledger
from device.shots.log_line import log_shot
from device.shots.pending_shot import PendingShot
from device.shots.shot import Shot, ShotLabel
from device.shots.spool import Spool, SpoolError
from device.verdict.bare_plate import BarePlate
from device.verdict.light_drift import LightHistory
from device.verdict.light_sample import light_sample
from device.verdict.measurements import measure
from device.verdict.verdict import Verdict, judge

_LOG = logging.getLogger(__name__)


class ShotTaker:
    """Cuts, judges, numbers, encodes, and puts into the spool. Belongs to the shooting thread."""

    def __init__(
        self,
        pipeline: Pipeline,
        spool: Spool,
        ledger: Ledger,
        topics: Topics,
        *,
        output: OutputSettings = AS_FRAMED,
        limits: VerdictSettings = STANDARD,
    ) -> None:
        self._output = output
        self._limits = limits
        self._session = LightHistory()
        self._pipeline = pipeline
        self._spool = spool
        self._ledger = ledger
        self._topics = topics
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="clerk")

    def shoot(
        self,
        frame: Frame,
        request: CaptureRequest | None = None,
        stillness: StillScene | None = None,
        *,
        bare_set: BarePlate | None = None,
        tag: GarmentTag = UNTAGGED,
        kept: Callable[[], None] | None = None,
    ) -> tuple[Shot, dict[str, float]]:
        """Take a shot; when this returns it survives whatever happens.

        Args:
            frame: the picture, at full resolution.
            request: the command that asked for it, if one did.
            stillness: what the frames before it have shown, of a camera.
            bare_set: how the same camera's set looks when nothing is worn.
            tag: what is known of the garment; what a request says about it goes first.
            kept: called when the shot is durable and cannot have left the disk yet.

        Returns:
            The shot, and milliseconds by stage: ``verdict`` runs beside ``encode``, ``spool`` is
            all that waits for the disk.

        Raises:
            SpoolError: the disk did not take it; nothing of it is left.
        """
        start_s = time.perf_counter()
        if stillness is None:
            cutout = self._pipeline.cut(frame)
        else:
            cutout = self._pipeline.cut(frame, stillness.evidence, stillness.closer)
        sku, view = tag.sku, tag.view
        if request is not None and request.sku is not None:
            sku, view = request.sku, request.view
        elif request is not None:
            view = request.view or view

        def number() -> ShotLabel:
            serial, take = self._ledger.number(sku=sku, view=view, stem=frame.stem)
            asked_for = None if request is None else request.request_id
            return ShotLabel(self._topics.rig, serial, take, sku, view, asked_for)

        cut_at, encode_s = datetime.now(timezone.utc), time.perf_counter()
        papers = PendingShot(
            cutout, lambda: self._judge(cutout, stillness, bare_set), self._clerk.submit(number)
        )
        png = encode_cutout(cutout, papers.described, self._output, lambda: papers.verdict)
        taken_ms = (time.perf_counter() - encode_s) * 1000
        shot = Shot(
            papers.label, cutout, papers.verdict, cut_at, CONTENT_TYPES[self._output.format]
        )
        encode_ms = taken_ms - papers.waited_ms
        stage_ms = {**cutout.stage_ms, "verdict": papers.verdict_ms, "encode": encode_ms}
        announcement = shot.announcement(
            sha256=hashlib.sha256(png).hexdigest(),
            size_bytes=len(png),
            topic=self._topics.cutout(shot.id),
            stage_ms=stage_ms,
        )
        spool_s = time.perf_counter()
        self._spool.add(shot.id, png, encode_json(announcement))
        if request is not None:
            # Before the shot can leave the spool: a crash in between must not shoot it again.
            self._remember(request, shot.id)
        if kept is not None:
            kept()
        self._spool.release(shot.id)
        end_s = time.perf_counter()
        stage_ms["spool"] = papers.waited_ms + (end_s - spool_s) * 1000
        stage_ms["total"] = (end_s - start_s) * 1000
        log_shot(shot, len(png), stage_ms)
        return shot, stage_ms

    def _judge(
        self, cutout: Cutout, stillness: StillScene | None, bare_set: BarePlate | None
    ) -> Verdict:
        drift, sample = None, light_sample(cutout)
        # Photos of a folder may come from anywhere: they are no session.
        if stillness is not None:
            white, stops = self._limits.white_drift, self._limits.light_drift_stops
            drift = self._session.drift(cutout, white, stops, sample)
        moved = None if stillness is None else stillness.moved_share
        rest = None if stillness is None else stillness.rest
        bare_share = None if bare_set is None else bare_set.share_of(cutout, rest)
        found = measure(
            cutout, motion_share=moved, drift=drift, sample=sample, bare_share=bare_share
        )
        return judge(found, self._limits)

    def _remember(self, request: CaptureRequest, shot_id: str) -> None:
        answer = format_result(request.request_id, "taken", shot_id=shot_id)
        try:
            self._ledger.remember(request.request_id, answer)
        except SpoolError as error:
            # The shot itself is safe; only a repeated request would shoot again.
            _LOG.warning("the answer to %s was not written down: %s", request.request_id, error)
