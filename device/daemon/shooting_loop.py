"""The shooting loop: frames in, previews and shots out.

Two paths leave it. The preview is for people and may drop frames. A shot is durable before the
loop goes on, and whether the broker is there makes no difference to it.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager, nullcontext

from device.cameras.camera import CameraLostError, EndOfStreamError
from device.cameras.feed import CameraFeed
from device.capture.naming import Naming
from device.capture.request_queue import CaptureQueue
from device.capture.trigger import Trigger, View
from device.contract.capture_request import CaptureRequest, format_result
from device.daemon.garment_tags import GarmentTags
from device.daemon.patience import Patience
from device.daemon.refusal import Refusal
from device.daemon.reporter import Reporter
from device.daemon.shown_state import ShownState
from device.delivery.delivery import Delivery
from device.errors import WorkError
from device.imaging.frame import Frame
from device.imaging.picture_error import PictureError, name_picture
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.quick_mask import QuickMask
from device.preview.preview_path import PreviewPath
from device.runtimes.runtime import Runtime
from device.settings.config import Config
from device.shots.shot_path import ShotPath
from device.shots.spool import SpoolError
from device.system.clock import Clock
from device.system.sd_notify import notify

_LOG = logging.getLogger(__name__)
# Short enough that a signal, a command and the stats are not kept waiting by a silent camera.
_READ_TIMEOUT_S = 0.25
# Often enough for any WatchdogSec that a unit may set, and no system call for each frame.
_WATCHDOG_EVERY_S = 1.0
# For the largest photo that is read: five times what a Pi 4 needs, or an SD card for its bytes.
_PHOTO_READ_S = 120.0
_SHOT_S, _SHOT_S_PER_MEGAPIXEL = 20.0, 1.0
# A full disk is not asked again at every frame.
_REFUSAL_PAUSE_S = 5.0
# When each frame has failed for so long, the fault is not the frames': a new process may work.
_MOST_FAILING_S = 300.0


class ShootingLoop:
    """Belongs to the main thread; runs once."""

    def __init__(
        self,
        config: Config,
        *,
        feed: CameraFeed,
        runtime: Runtime,
        previews: PreviewPath,
        shots: ShotPath,
        trigger: Trigger,
        requests: CaptureQueue,
        reporter: Reporter,
        delivery: Delivery,
        clock: Clock | None = None,
        naming: Naming | None = None,
    ) -> None:
        """Put the loop together; the parts belong to the caller, who closes them.

        Args:
            config: of the rig.
            feed: gives the frames.
            runtime: what runs the model; reported.
            previews: for each frame of a stream.
            shots: for each frame that is shot.
            trigger: decides which those are.
            requests: asks for others, and gets the answers.
            reporter: publishes status and stats.
            delivery: woken when there is something to send.
            clock: the rig's; reported while it is unsure.
            naming: what people and the shot list say of the coming shots.
        """
        self._config = config
        self._feed = feed
        self._runtime = runtime
        self._previews = previews
        self._shots = shots
        self._trigger = trigger
        self._requests = requests
        self._reporter = reporter
        self._stats = reporter.stats
        self._delivery = delivery
        self._clock = clock or Clock()
        self._patience = Patience()
        self._refusal = Refusal()
        self._handled_s = 0.0
        self._failing_since_s: float | None = None
        # On the monotonic clock:
        self._end_s = float("inf")
        self._hold_until_s = float("-inf")  # no shot by the trigger before
        self._beat_s = float("-inf")  # the latest word to systemd's watchdog
        self._tags = GarmentTags(
            config, previews, naming or Naming(), by_name=feed.shoots_by_itself
        )
        self._shown = ShownState(self._stats, previews)

    def run(self, stop: threading.Event) -> None:
        """Work until the source ends, enough shots are taken, time is up, or ``stop`` is set."""
        try:
            self._run(stop)
        finally:
            self._patience.close()

    def _run(self, stop: threading.Event) -> None:
        if self._config.seconds is not None:
            self._end_s = time.monotonic() + self._config.seconds
        while not stop.is_set() and not self._done:
            self._report()
            try:
                with self._allow(_PHOTO_READ_S):
                    frame = self._feed.next_frame(_READ_TIMEOUT_S)
            except EndOfStreamError as end:
                _LOG.info("%s", end)
                return
            # Also without a frame: waiting for a camera that is away is not hanging.
            self._beat()
            if self._feed.shoots_by_itself:
                self._turn_away("a hot folder's photos are shot as they come: trigger the camera")
            if frame is not None:
                self._try_to_handle(frame, stop)
                continue
            if not self._feed.live:
                self._shown.show("waiting for a photo")
            if self._feed.trouble is not None:
                if self._feed.live:
                    self._shown.show("no picture")
                self._turn_away(self._feed.trouble)

    def _allow(self, allowance_s: float) -> AbstractContextManager[None]:
        """Wait for a photo so long; a live camera's own thread reads, and never holds us up."""
        return nullcontext() if self._feed.live else self._patience.allow(allowance_s)

    def _beat(self) -> None:
        """Say to systemd's watchdog that the loop moves; only ever called when it does."""
        if time.monotonic() - self._beat_s >= _WATCHDOG_EVERY_S:
            self._beat_s = time.monotonic()
            notify("WATCHDOG=1")
            self._shots.flush()

    def _report(self) -> None:
        unsure = self._clock.find_trouble()
        self._reporter.report(
            self._feed.trouble,
            *(self._feed.missing, *self._feed.findings),
            *(self._refusal.trouble, self._runtime.trouble, unsure),
            backend=self._runtime.backend,
            clock="ok" if unsure is None else "unsure",
        )

    @property
    def _done(self) -> bool:
        shots = self._config.shots
        enough = shots is not None and self._stats.shots >= shots
        return enough or time.monotonic() >= self._end_s

    def _try_to_handle(self, frame: Frame, stop: threading.Event) -> None:
        """Handle a frame; one over which anything fails is passed over, and the next is due.

        Raises:
            WorkError: all frames have failed for minutes.
        """
        try:
            source = frame.source if frame.is_photo else "a frame"
            with name_picture(source, "shot"), self._allow(_allow_for_shot(frame)):
                self._handle(frame, stop)
        except PictureError as error:
            self._pass_over(frame, error)
        else:
            self._failing_since_s, self._handled_s = None, time.monotonic()

    def _pass_over(self, frame: Frame, error: PictureError) -> None:
        if frame.is_photo:
            self._feed.pass_over(frame, error)
            return
        sentence = f"a frame was passed over: {error}"
        if sentence != self._refusal.trouble:  # Cameras give many a second.
            _LOG.warning("%s", sentence)
            _LOG.debug("the frame failed here", exc_info=error.__cause__)
        self._turn_away(sentence)  # No frame may get as far as the requests.
        hold_until_s = self._hold_until_s = time.monotonic() + _REFUSAL_PAUSE_S
        self._refusal.note(sentence, lambda: self._handled_s > hold_until_s)
        self._failing_since_s = self._failing_since_s or time.monotonic()
        if time.monotonic() - self._failing_since_s > _MOST_FAILING_S:
            raise WorkError(
                f"every frame of camera {self._feed.name} has failed for"
                f" {_MOST_FAILING_S / 60:g} minutes, the last one so: {error}"
            ) from error

    def _handle(self, frame: Frame, stop: threading.Event) -> None:
        self._stats.count_frame(frame.sequence)
        small = make_thumbnail(frame)
        if not frame.is_photo:
            # A still of its own, larger than the stream, gets all its passes when it is there.
            serves_shot = not self._feed.has_stills
            self._count(self._previews.show(frame, small, serves_shot=serves_shot))
        previews = self._previews
        view = View(
            small,
            frame.monotonic_s,
            previews.garment_share,
            frame.is_photo,
            previews.person_share,
        )
        request = None if self._feed.shoots_by_itself else self._requests.next_request()
        if request is not None or self._wants(frame, view):
            shot = self._shoot(frame, request)
            # A photo comes once: it waits until the disk takes it.
            while not shot and frame.is_photo and self._wait_for_room(stop):
                self._report()
                self._turn_away(self._refusal.sentence or "the spool takes no shot")
                # A request was refused the first time, and may be made again.
                shot = self._shoot(frame, None)
            if shot:
                self._trigger.note_shot(view)
        self._delivery.wake()

    @property
    def refused(self) -> int:
        """How many shots were refused and not taken later either."""
        return self._refusal.count

    @property
    def refusal(self) -> str | None:
        """Why the last shot was refused; None when one was taken since."""
        return self._refusal.sentence

    def _wait_for_room(self, stop: threading.Event) -> bool:
        """Pause before a refused photo is tried again; False when the run ends before that."""
        left_s = max(0.0, self._end_s - time.monotonic())
        return not stop.wait(min(_REFUSAL_PAUSE_S, left_s)) and not self._done

    def _wants(self, frame: Frame, view: View) -> bool:
        """Return whether a frame is to be shot though no request asks for it."""
        if view.is_photo:
            return True
        self._tags.watch(frame)
        held = time.monotonic() < self._hold_until_s
        wanted = not held and self._trigger.wants(view)
        state = "shot refused" if held else self._trigger.state
        self._shown.show("code shown" if self._tags.shows_code else state)
        return wanted and not self._tags.shows_code

    def _turn_away(self, trouble: str) -> None:
        """Refuse all requests while no shot can be taken; they may be made again."""
        while (request := self._requests.next_request()) is not None:
            self._requests.answer(format_result(request.request_id, "refused", error=trouble))
        self._delivery.wake()

    def _shoot(self, frame: Frame, request: CaptureRequest | None) -> bool:
        """Take a shot and answer the request; False where it was refused."""
        try:
            with name_picture(frame.source if frame.is_photo else "the shot", "shot"):
                # Passes under way have the cores, and perhaps a result for this very scene. What
                # failed in one of them is raised here.
                self._count(self._previews.finish())
                picture = self._feed.take_still(frame)
                with self._patience.allow(_allow_for_shot(picture)):
                    shot, stage_ms = self._shots.shoot(
                        picture,
                        None if frame.is_photo else self._previews.scene,
                        request=request,
                        tag=self._tags.choose(frame),
                        on_stored=lambda: self._feed.remember(picture),
                    )
        except (SpoolError, CameraLostError) as error:
            self._refuse(error, request)
            self._beat()  # Waiting for room is not hanging.
            return False
        except PictureError as error:
            self._stats.failed += not frame.is_photo
            if request is not None:
                answer = format_result(request.request_id, "refused", error=str(error))
                self._requests.answer(answer)
            raise
        self._refusal.clear(asked_for=request is not None)
        self._stats.shots += 1
        self._stats.add_times("shot", stage_ms)
        self._shown.show_shot(shot)
        if request is not None:  # First: whatever fails below, this shot is on disk.
            self._requests.answer(shot.answer())
        self._delivery.wake()
        self._tags.note_shot(frame, shot)
        if frame.is_photo:
            self._previews.show_photo(shot.cutout)
        return True

    def _count(self, previews: list[QuickMask]) -> None:
        for preview in previews:
            self._stats.add_times("preview", preview.stage_ms)

    def _refuse(self, error: WorkError, request: CaptureRequest | None) -> None:
        self._stats.refused += 1
        self._refusal.owe(asked_for=request is not None)
        sentence = f"a shot was refused: {error}"
        if isinstance(error, CameraLostError):
            self._refusal.note(sentence, lambda: self._feed.trouble is None)
        else:
            self._refusal.note(sentence, self._shots.would_be_stored)
        self._hold_until_s = time.monotonic() + _REFUSAL_PAUSE_S
        _LOG.error("%s", sentence)
        if request is not None:
            self._requests.answer(format_result(request.request_id, "refused", error=str(error)))


def _allow_for_shot(frame: Frame) -> float:
    """Return how many seconds a shot of a frame may take, five times what a Pi 4 needs."""
    return _SHOT_S + _SHOT_S_PER_MEGAPIXEL * frame.width_px * frame.height_px / 1e6
