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
from device.pipeline.still_scene import StillScene
from device.segmentation.region_logits import TileProgress
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
    """A look under way: of which rest, at a frame of which moment, and whether a closer one."""

    found: Future[QuickMask | TileProgress]
    rest: int
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
        stillness: StillScene,
        settings: PreviewSettings,
        open_spare: Callable[[], Pipeline] | None = None,
    ) -> None:
        """Begin with one look at a time.

        Args:
            pipeline: looks, and is the caller's own while no look is under way.
            stillness: is told what each look has found, and tells what others found before.
            settings: how often, and of what size.
            open_spare: makes a pipeline with an interpreter of half the threads; None where the
                model runs on something that there is but one of.
        """
        self._pipeline = pipeline
        self._stillness = stillness
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
            frame: the picture; the stillness has seen it.
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
            and self._pipeline.looks_closer
            and self._stillness.wants_closer(frame.monotonic_s)
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
            and self._stillness.wants_closer(frame.monotonic_s)
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
        settled, so_far = self._stillness.evidence, self._stillness.closer
        if so_far is not None and so_far.complete:
            so_far = None  # It has grown old.

        def found(pipeline: Pipeline) -> QuickMask | TileProgress:
            if closer:
                return pipeline.look_closer(frame, settled, so_far)
            longest_px = self._settings.longest_px
            return pipeline.sketch(frame, settled, longest_px=longest_px)

        rest, at_s = self._stillness.rest, frame.monotonic_s
        if self._threads is None:
            return self._learn(found(self._pipeline), rest, at_s)
        seen = self._land() if len(self._flights) == _FLIGHTS else []
        looking = self._threads.submit(self._beside, found)
        self._flights.append(_Flight(looking, rest, at_s, closer))
        return seen

    def _land(self) -> list[QuickMask]:
        flight = self._flights.popleft()
        return self._learn(flight.found.result(), flight.rest, flight.at_s)

    def _learn(self, found: QuickMask | TileProgress, rest: int, at_s: float) -> list[QuickMask]:
        if isinstance(found, TileProgress):
            self._stillness.went_closer(found, rest, at_s)
            return []
        self._stillness.add(found.evidence, rest)
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
