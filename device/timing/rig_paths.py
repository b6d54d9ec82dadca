"""The rig's two paths without camera and broker, for timing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np

from device.contract.message import Message
from device.contract.topics import Topics
from device.imaging.frame import Frame
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.preview.preview_path import PreviewPath
from device.preview.publisher import PreviewPublisher
from device.publishers.publisher import Receipt
from device.settings.preview import PreviewSettings
from device.settings.still import StillSettings
from device.settings.verdict import STANDARD
from device.shots.ledger import Ledger
from device.shots.shot import Shot
from device.shots.shot_path import ShotPath
from device.shots.spool import Spool
from device.verdict.shot_judge import ShotJudge

_BUFFERS = 3
"""Frames lie in turn in so many places of memory, as those of a camera do."""
_SPOOL_BYTES = 2**32
_SETTLING_PREVIEWS = 20
"""By then late previews have made the scheduler open its two interpreters."""
_MOST_SETTLING_PREVIEWS = 200
"""A scene needs about fifteen passes, and every third frame or so goes to one."""
_PLATE_PREVIEWS = 2
"""So many previews without garment make a bare plate."""


class RigPaths:
    """The daemon's own `PreviewPath` and `ShotPath`, before a scene that rests.

    Previews come as fast as they can, every one is drawn, and what would be sent is thrown away.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        frame: Frame,
        state_dir: Path,
        open_spare: Callable[[], Pipeline] | None = None,
    ) -> None:
        """Put the parts together.

        Args:
            pipeline: finds the garment.
            frame: what the camera shows all the time.
            state_dir: for the spool.
            open_spare: see `device.preview.scheduler.PreviewScheduler`.
        """
        self._frame = frame
        copies = [replace(frame, pixels=frame.pixels.copy()) for _ in range(_BUFFERS)]
        self._frames: Iterator[Frame] = cycle(copies)
        self._preview_px = PreviewSettings().longest_px
        settings = PreviewSettings(max_per_s=float("inf"))
        topics = Topics("selvedge", "bench")
        self._plate = BarePlate(STANDARD.garment_share)
        self._drawing = _DrawAll(_Nowhere(), topics.preview, settings)
        self._previews = PreviewPath(
            pipeline,
            self._plate,
            self._drawing,
            settings,
            motion_share=StillSettings().motion_share,
            open_spare=open_spare,
        )
        self._spool = Spool(state_dir, _SPOOL_BYTES)
        ledger = Ledger(state_dir, self._spool.newest_serial)
        self._shots, self._first_shots = (
            ShotPath(pipeline, ShotJudge(plate), plate, self._spool, ledger, topics)
            for plate in (self._plate, BarePlate(STANDARD.garment_share))
        )

    def preview(self) -> list[QuickMask]:
        """Lead one frame through the preview path; returns what was published by then."""
        frame = self._take_frame()
        return self._previews.show(frame, make_thumbnail(frame))

    def settle(self) -> None:
        """Lead frames through the preview path until a shot of the scene needs no more passes."""
        for _ in range(_SETTLING_PREVIEWS):
            self.preview()
        for _ in range(_MOST_SETTLING_PREVIEWS):
            if not self._previews.scene.wants_pass(self._frame.monotonic_s):
                break
            self.preview()
        self.finish_previews()

    def finish_previews(self) -> list[QuickMask]:
        """Wait until all previews are drawn; returns those that were under way."""
        masks = self._previews.finish()
        self._drawing.wait()
        return masks

    def shoot(self, *, settled: bool = True) -> tuple[Shot, Mapping[str, float]]:
        """Lead one frame through the shot path, into the spool and out of it again.

        Args:
            settled: of the scene that previews have shown, as in `still` mode; else of a scene of
                which nothing is known, as the first picture of all.

        Returns:
            The shot, and milliseconds by stage.
        """
        frame = self._take_frame()
        make_thumbnail(frame)  # The trigger sees every frame, whether it is shot or not.
        path = self._shots if settled else self._first_shots
        shot, stage_ms = path.shoot(frame, self._previews.scene if settled else StillScene())
        self._spool.remove(shot.id)
        return shot, stage_ms

    def run_both(self) -> None:
        """Lead one frame through either path."""
        self.preview()
        self.finish_previews()
        self.shoot()

    def undress(self, cutout: Cutout) -> None:
        """Show the set with nothing worn: the picture of a cutout, its garment painted over."""
        step = max(1, cutout.frame.width_px // self._preview_px)
        pixels = cutout.frame.pixels[::step, ::step].copy()
        worn = cutout.mask.alpha[::step, ::step] > 0
        if worn.any() and not worn.all():
            pixels[worn] = np.median(pixels[~worn], axis=0)
        self._plate.remember(replace(cutout.frame, pixels=pixels), _PLATE_PREVIEWS)

    def close(self) -> None:
        """End all threads."""
        self._previews.close()

    def _take_frame(self) -> Frame:
        """Return a frame as a camera would: new, with no level of its pyramid computed yet."""
        return replace(next(self._frames))


class _DrawAll(PreviewPublisher):
    """Drops no preview: waits while the last one is drawn, where a rig would not."""

    def publish(self, make_cutout: Callable[[], Cutout]) -> None:
        self.wait()
        super().publish(make_cutout)


class _Nowhere:
    """A connection to a broker that always stands, and to nobody."""

    connections = 1
    connected = True
    lost_reason = None
    protocol = None
    room = 1
    left_s = 0.0

    def connect(self, timeout_s: float) -> None:
        """Do nothing."""

    def publish(self, message: Message, timeout_s: float) -> bool:  # noqa: ARG002 - the contract's
        """Throw the message away."""
        return True

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:  # noqa: ARG002 - the contract's
        """Throw the message away."""
        settled()
        return Receipt(settled=True, arrived=True)

    def abandon(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
