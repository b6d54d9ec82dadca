"""Looking at frames for previews: one after the other, or two side by side."""

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
_FLIGHTS = 3
"""One frame waits, so that neither has to while the next is fetched."""
_SPARE_SHARE = 0.5
"""Of the time from frame to frame, for closer looks."""
_LATE_LOOKS = 5
"""So many in a row, for the first few take long by themselves."""


class _Flight(NamedTuple):
    """A look under way: of which scene, at a frame of which moment, and whether a closer one."""

    found: Future[QuickMask | TileProgress]
    scene: StillScene
    at_s: float
    closer: bool


class PreviewScheduler:
    """Belongs to the shooting thread.

    One interpreter with a thread for each core answers soonest, but its threads spend a tenth of
    the cores on waiting for each other. So where a look takes longer than there is time between
    two previews, two interpreters with half the threads look at two frames side by side: more
    previews a second, each a frame later, for some memory.

    Of a scene that rests, frames between two previews are looked at more closely, for the shot;
    where there are none between, every second one is taken, until there is nothing left to see.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        watch: SceneWatch,
        settings: PreviewSettings,
        open_spare: Callable[[], Pipeline] | None = None,
    ) -> None:
        """Begin with one look at a time.

        Args:
            pipeline: looks, and is the caller's own while no look is under way.
            watch: its scene is given what each look has found.
            settings: how often, and of what size.
            open_spare: makes a pipeline with an interpreter of half the threads; None where the
                model runs on something that there is but one of.
        """
        self._pipeline = pipeline
        self._watch = watch
        self._settings = settings
        self._open_spare = open_spare
        self._late = 0
        self._idle: SimpleQueue[Pipeline] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None
        self._flights: deque[_Flight] = deque()
        self._was_closer = False
        self._last_s = float("inf")

    def see(self, frame: Frame, *, due: bool = True, closer: bool = True) -> list[QuickMask]:
        """Look at a frame, for a preview or for the shot, or let it pass.

        Args:
            frame: the picture; the watch has observed it.
            due: whether a preview is.
            closer: whether a shot would be of such a frame, and closer looks are of use to it.

        Returns:
            What has been seen by now for previews, oldest first: this frame, or others before it.
        """
        seen = self.seen()
        # Now and then a preview goes without, so that the shot does not wait.
        self._was_closer = (
            closer
            and not (due and self._was_closer)
            and self._pipeline.uses_tiles
            and self._watch.scene.wants_pass(frame.monotonic_s)
            and not any(flight.closer for flight in self._flights)
        )
        between_s = frame.monotonic_s - self._last_s
        self._last_s = frame.monotonic_s
        if self._was_closer:
            return seen + self._go_closer(frame, _SPARE_SHARE * between_s)
        return seen + (self._begin(frame, closer=False) if due else [])

    def _go_closer(self, frame: Frame, spare_s: float) -> list[QuickMask]:
        start_s = time.monotonic()
        seen = self._begin(frame, closer=True)
        # Many cameras are slower than the model: then one frame is good for several looks.
        while (
            self._threads is None
            and self._watch.scene.wants_pass(frame.monotonic_s)
            and time.monotonic() - start_s < spare_s
        ):
            self._begin(frame, closer=True)
        return seen

    def seen(self, *, wait: bool = False) -> list[QuickMask]:
        """What has been seen for previews since it was last asked for, oldest first.

        Args:
            wait: for the looks that are under way; afterwards there are none.
        """
        seen = []
        while self._flights and (wait or self._flights[0].found.done()):
            seen += self._land()
        return seen

    def _begin(self, frame: Frame, *, closer: bool) -> list[QuickMask]:
        """Look at a frame, or begin to; returns what has been seen meanwhile."""
        scene, at_s = self._watch.scene, frame.monotonic_s
        logits = scene.logits

        def found(pipeline: Pipeline) -> QuickMask | TileProgress:
            if closer:
                return pipeline.advance(frame, logits)
            longest_px = self._settings.longest_px
            return pipeline.preview(frame, logits, longest_px=longest_px)

        if self._threads is None:
            return self._learn(found(self._pipeline), scene, at_s)
        seen = self._land() if len(self._flights) == _FLIGHTS else []
        looking = self._threads.submit(self._beside, found)
        self._flights.append(_Flight(looking, scene, at_s, closer))
        return seen

    def _land(self) -> list[QuickMask]:
        flight = self._flights.popleft()
        return self._learn(flight.found.result(), flight.scene, flight.at_s)

    def _learn(
        self, found: QuickMask | TileProgress, scene: StillScene, at_s: float
    ) -> list[QuickMask]:
        if isinstance(found, TileProgress):
            scene.add_progress(found, at_s)
            return []
        scene.add_preview(found.logits)
        if self._threads is None:
            self._mind(found)
        return [found]

    def _mind(self, look: QuickMask) -> None:
        """Call for the spare ones when looks come too late again and again."""
        late = sum(look.stage_ms.values()) / 1000 * self._settings.max_per_s > 1
        self._late = self._late + 1 if late else 0
        if self._late < _LATE_LOOKS or self._open_spare is None:
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
        self._threads = ThreadPoolExecutor(_SPARES, thread_name_prefix="lookout")
        _LOG.info("the model is slower than previews are wanted: two look side by side from now on")

    def _beside(
        self, found: Callable[[Pipeline], QuickMask | TileProgress]
    ) -> QuickMask | TileProgress:
        pipeline = self._idle.get()
        try:
            return found(pipeline)
        finally:
            self._idle.put(pipeline)
