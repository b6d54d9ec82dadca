"""When the model runs for previews and ahead of shots: in turn, or two frames side by side."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

from device.errors import UsageError
from device.imaging.frame import Frame
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.pipeline.scene_watch import SceneWatch
from device.pipeline.still_scene import StillScene
from device.segmentation.tile_progress import TileProgress
from device.settings.preview import PreviewSettings

_LOG = logging.getLogger(__name__)
_SPARES = 2
_MOST_RUNNING = 3
"""One frame waits, so that neither interpreter has to while the next is fetched."""
_ADVANCE_SHARE = 0.5
"""Of the time from frame to frame, for passes ahead of a shot: the rest is the camera's and the
broker's."""
_LATE_PREVIEWS = 5
"""So many in a row call for spares; the first few after a start take long by themselves."""


class _Running(NamedTuple):
    """A pass under way.

    Attributes:
        result: of the pass: a preview's mask, or the progress ahead of a shot.
        scene: that its frame belongs to.
        at_s: when its frame was captured, on the camera's clock.
        advances: whether it is one ahead of a shot.
    """

    result: Future[QuickMask | TileProgress]
    scene: StillScene
    at_s: float
    advances: bool


class PreviewScheduler:
    """Decides which frames the model gets, and for what. Belongs to the shooting thread.

    One interpreter with a thread for each core answers soonest, but its threads spend a tenth of
    the cores on waiting for each other. So where a pass takes longer than there is time between
    two previews, two interpreters with half the threads take two frames side by side: more
    previews a second, each a frame later, for some memory.

    Of a scene at rest, frames between two previews go to the passes that its shot would need;
    where there are none between, every second frame does, until all passes are done.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        watch: SceneWatch,
        settings: PreviewSettings,
        open_spare: Callable[[], Pipeline] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with one pass at a time.

        Args:
            pipeline: runs the passes; the caller's own while `collect` has nothing to wait for.
            watch: its scene takes the result of each pass.
            settings: how often previews are made, and of what size.
            open_spare: opens a pipeline with an interpreter of half the threads; None where the
                model runs on something that there is but one of.
            clock: by which passes ahead of a shot are kept within their time, in seconds.
        """
        self._pipeline = pipeline
        self._watch = watch
        self._settings = settings
        self._open_spare = open_spare
        self._clock = clock
        self._late = 0
        self._idle: SimpleQueue[Pipeline] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None
        self._running: deque[_Running] = deque()
        self._advanced = False  # The latest frame went to a pass ahead of the shot.
        self._last_s = float("inf")

    def take(self, frame: Frame, *, due: bool = True, serves_shot: bool = True) -> list[QuickMask]:
        """Run a pass over a frame, for a preview or ahead of a shot, or let the frame go by.

        Args:
            frame: the picture; the watch has observed it.
            due: whether a preview is.
            serves_shot: whether a shot would be of such a frame.

        Returns:
            The previews that are ready, oldest first: of this frame, or of others before it.
        """
        ready = self.collect()
        # Now and then a preview is left out, so that the shot does not wait.
        self._advanced = (
            serves_shot
            and not (due and self._advanced)
            and self._pipeline.uses_tiles
            and self._watch.scene.wants_pass(frame.monotonic_s)
            and not any(each.advances for each in self._running)
        )
        between_s = frame.monotonic_s - self._last_s
        self._last_s = frame.monotonic_s
        if self._advanced:
            return ready + self._advance(frame, _ADVANCE_SHARE * between_s)
        return ready + (self._start(frame, advances=False) if due else [])

    def collect(self, *, wait: bool = False) -> list[QuickMask]:
        """Return the previews that have become ready, oldest first.

        Args:
            wait: for the passes that are under way; afterwards there are none.
        """
        ready = []
        while self._running and (wait or self._running[0].result.done()):
            ready += self._collect_oldest()
        return ready

    def close(self) -> None:
        """End the threads, after the passes that are under way. Safe to call twice."""
        if self._threads is not None:
            self._threads.shutdown()

    def _advance(self, frame: Frame, spare_s: float) -> list[QuickMask]:
        start_s = self._clock()
        ready = self._start(frame, advances=True)
        # Many cameras are slower than the model: then one frame is good for several passes.
        while (
            self._threads is None
            and self._watch.scene.wants_pass(frame.monotonic_s)
            and self._clock() - start_s < spare_s
        ):
            self._start(frame, advances=True)
        return ready

    def _start(self, frame: Frame, *, advances: bool) -> list[QuickMask]:
        """Run a pass, or start it on a spare; returns the previews that became ready meanwhile."""
        scene, at_s = self._watch.scene, frame.monotonic_s
        logits = scene.logits

        def run(pipeline: Pipeline) -> QuickMask | TileProgress:
            if advances:
                return pipeline.advance(frame, logits)
            return pipeline.preview(frame, logits, longest_px=self._settings.longest_px)

        if self._threads is None:
            return self._keep(run(self._pipeline), scene, at_s)
        ready = self._collect_oldest() if len(self._running) == _MOST_RUNNING else []
        result = self._threads.submit(self._run_on_spare, run)
        self._running.append(_Running(result, scene, at_s, advances))
        return ready

    def _collect_oldest(self) -> list[QuickMask]:
        oldest = self._running.popleft()
        return self._keep(oldest.result.result(), oldest.scene, oldest.at_s)

    def _keep(
        self, result: QuickMask | TileProgress, scene: StillScene, at_s: float
    ) -> list[QuickMask]:
        """Give a result to its scene; returns it where it is a preview's."""
        if isinstance(result, TileProgress):
            scene.add_progress(result, at_s)
            return []
        scene.add_preview(result.logits)
        if self._threads is None:
            self._open_spares_when_late(result)
        return [result]

    def _open_spares_when_late(self, preview: QuickMask) -> None:
        late = sum(preview.stage_ms.values()) / 1000 * self._settings.max_per_s > 1
        self._late = self._late + 1 if late else 0
        if self._late < _LATE_PREVIEWS or self._open_spare is None:
            return
        try:
            spares = [self._open_spare() for _ in range(_SPARES)]
        except (UsageError, MemoryError) as error:
            # Previews are worth no shot: the rig goes on as it did.
            _LOG.warning("previews stay slower than wanted: no second interpreter (%s)", error)
            self._open_spare = None
            return
        for spare in spares:
            self._idle.put(spare)
        self._threads = ThreadPoolExecutor(_SPARES, thread_name_prefix="preview-pass")
        _LOG.info(
            "the model is slower than previews are wanted: two frames side by side from now on"
        )

    def _run_on_spare(
        self, run: Callable[[Pipeline], QuickMask | TileProgress]
    ) -> QuickMask | TileProgress:
        pipeline = self._idle.get()
        try:
            return run(pipeline)
        finally:
            self._idle.put(pipeline)
