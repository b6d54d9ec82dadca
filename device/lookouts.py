"""Looking at frames for previews: one after the other, or two side by side."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

from device.evidence import Evidence
from device.frame import Frame
from device.halvings import Halvings
from device.look import Look
from device.pipeline import Pipeline
from device.preview import PreviewSettings
from device.stillness import Stillness

_LOG = logging.getLogger(__name__)
_SPARES = 2
_FLIGHTS = 3
"""One frame waits, so that neither has to while the next is fetched."""
_LATE_LOOKS = 5
"""So many in a row, for the first few take long by themselves."""


class _Flight(NamedTuple):
    """A look under way, and the rest of the scene that it belongs to."""

    look: Future[Look]
    rest: int


class Lookouts:
    """Belongs to the shooting thread.

    One interpreter with a thread for each core answers soonest, but its threads spend a tenth of
    the cores on waiting for each other. So where a look takes longer than there is time between
    two previews, two interpreters with half the threads look at two frames side by side: more
    previews a second, each a frame later, for some memory.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        stillness: Stillness,
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

    def see(self, frame: Frame, halvings: Halvings) -> list[Look]:
        """Look at a frame.

        Args:
            frame: the picture; the stillness has seen it.
            halvings: of its pixels, the trigger's thumbnail already made.

        Returns:
            What has been seen by now, oldest first: this frame, or others before it.
        """
        if self._threads is None:
            look = self._look(self._pipeline, frame, halvings, self._stillness.evidence)
            self._stillness.add(look.evidence, self._stillness.rest)
            self._mind(look)
            return [look]
        full = len(self._flights) == _FLIGHTS
        seen = [*([self._land()] if full else []), *self.seen()]
        looking = self._threads.submit(self._look_beside, frame, halvings, self._stillness.evidence)
        self._flights.append(_Flight(looking, self._stillness.rest))
        return seen

    def seen(self, *, wait: bool = False) -> list[Look]:
        """What has been seen since it was last asked for, oldest first.

        Args:
            wait: for the looks that are under way; afterwards there are none.
        """
        seen = []
        while self._flights and (wait or self._flights[0].look.done()):
            seen.append(self._land())
        return seen

    def _land(self) -> Look:
        flight = self._flights.popleft()
        look = flight.look.result()
        self._stillness.add(look.evidence, flight.rest)
        return look

    def _mind(self, look: Look) -> None:
        """Call for the spare ones when looks come too late again and again."""
        late = sum(look.stage_ms.values()) / 1000 * self._settings.max_per_s > 1
        self._late = self._late + 1 if late else 0
        if self._late < _LATE_LOOKS or self._open_spare is None:
            return
        for _ in range(_SPARES):
            self._idle.put(self._open_spare())
        self._threads = ThreadPoolExecutor(_SPARES, thread_name_prefix="lookout")
        _LOG.info("the model is slower than previews are wanted: two look side by side from now on")

    def _look_beside(self, frame: Frame, halvings: Halvings, settled: tuple[Evidence, ...]) -> Look:
        pipeline = self._idle.get()
        try:
            return self._look(pipeline, frame, halvings, settled)
        finally:
            self._idle.put(pipeline)

    def _look(
        self,
        pipeline: Pipeline,
        frame: Frame,
        halvings: Halvings,
        settled: tuple[Evidence, ...],
    ) -> Look:
        longest_px = self._settings.longest_px
        return pipeline.sketch(frame, settled, longest_px=longest_px, halvings=halvings)
