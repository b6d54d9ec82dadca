"""The rig's two paths without camera and broker, for timing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np

from device.bundle.bundle import Bundle
from device.contract.message import Message
from device.contract.topics import Topics
from device.imaging.frame import Frame
from device.imaging.thumbnail import thumbnail
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.pipeline.scene_watch import SceneWatch
from device.pipeline.still_scene import StillScene
from device.preview.drawing import encode_preview
from device.preview.scheduler import PreviewScheduler
from device.runtimes.runtime import Runtime
from device.settings.preview import PreviewSettings
from device.settings.still import StillSettings
from device.settings.verdict import STANDARD
from device.shots.ledger import Ledger
from device.shots.shot import Shot
from device.shots.shot_taker import ShotTaker
from device.shots.spool import Spool
from device.verdict.bare_plate import BarePlate

_BUFFERS = 3
"""Frames lie in turn in so many places of memory, as those of a camera do."""
_SPOOL_BYTES = 2**32


class BenchPaths:
    """What the shooting loop does with a frame of a scene that rests, by the same parts."""

    def __init__(
        self,
        bundle: Bundle,
        runtime: Runtime,
        frame: Frame,
        state_dir: Path,
        open_spare: Callable[[], Pipeline] | None = None,
    ) -> None:
        """Build the rig's parts.

        Args:
            bundle: the model.
            runtime: runs it.
            frame: what the camera shows all the time.
            state_dir: for the spool.
            open_spare: see `device.preview.scheduler.PreviewScheduler`.
        """
        copies = [replace(frame, pixels=frame.pixels.copy()) for _ in range(_BUFFERS)]
        self._frames: Iterator[Frame] = cycle(copies)
        self._settings = PreviewSettings(max_per_s=float("inf"))
        self._watch = SceneWatch(StillSettings().motion_share)
        self._pipeline = Pipeline(bundle, runtime)
        self._lookouts = PreviewScheduler(self._pipeline, self._watch, self._settings, open_spare)
        self._topics = Topics("selvedge", "bench")
        self._spool = Spool(state_dir, _SPOOL_BYTES)
        ledger = Ledger(state_dir, 0)
        self._shooter = ShotTaker(self._pipeline, self._spool, ledger, self._topics)
        self._bare_set: BarePlate | None = None
        self._draughtsman = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._drawing: Future[Message] | None = None

    def preview(self) -> list[Mapping[str, float]]:
        """One frame is looked at; what has been seen by then is drawn beside the next.

        Returns:
            Milliseconds by stage of what has been seen.
        """
        frame = self._next_frame()
        self._watch.observe(thumbnail(frame))
        return self._show(self._lookouts.see(frame))

    def drawn(self) -> list[Mapping[str, float]]:
        """Wait for all previews' messages; the rig would drop one while the last is drawn."""
        seen = self._show(self._lookouts.seen(wait=True))
        if self._drawing is not None:
            self._drawing.result()
        return seen

    def undress(self, cutout: Cutout) -> None:
        """Let settled shots come after the bare set: the same picture, its garment painted over."""
        step = max(1, cutout.frame.width_px // self._settings.longest_px)
        pixels = cutout.frame.pixels[::step, ::step].copy()
        worn = cutout.mask.alpha[::step, ::step] > 0
        if worn.any() and not worn.all():
            pixels[worn] = np.median(pixels[~worn], axis=0)
        self._bare_set = BarePlate(STANDARD.garment_share)
        self._bare_set.remember(replace(cutout.frame, pixels=pixels), previews=2)

    def shot(self, *, settled: bool = True) -> tuple[Shot, Mapping[str, float]]:
        """One frame as it goes into the spool, and out of it again.

        Args:
            settled: after the previews so far, as in `still` mode; else the first picture of all.

        Returns:
            The shot, and milliseconds by stage.
        """
        scene = self._watch.scene if settled else StillScene()
        frame = self._next_frame()
        thumbnail(frame)  # The trigger has looked at each frame, whether it is shot or not.
        shot, stage_ms = self._shooter.shoot(
            frame,
            None,
            scene,
            bare_set=self._bare_set if settled else None,
        )
        self._spool.remove(shot.id)
        return shot, stage_ms

    def _next_frame(self) -> Frame:
        """Return a frame as a camera would: new, with no level of its pyramid computed yet."""
        return replace(next(self._frames))

    def _show(self, looks: list[QuickMask]) -> list[Mapping[str, float]]:
        for look in looks:
            if self._bare_set is not None:
                self._bare_set.learn(look, self._watch.scene)
            if self._drawing is not None:
                self._drawing.result()
            self._drawing = self._draughtsman.submit(self._draw, look)
        return [look.stage_ms for look in looks]

    def _draw(self, seen: QuickMask) -> Message:
        settings = self._settings
        picture = encode_preview(
            seen.cutout(), longest_px=settings.longest_px, quality=settings.quality
        )
        return Message(self._topics.preview, picture, 0, content_type="image/jpeg")
