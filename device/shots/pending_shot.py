"""What goes with a shot's picture, made while the picture is encoded."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

from device.pipeline.cutout import Cutout
from device.shots.shot import ShotLabel, describe_shot
from device.verdict.verdict import Verdict


class PendingShot:
    """A shot's label and verdict.

    Attributes:
        waited_ms: how long the disk was waited for, to number the shot.
        verdict_ms: how long the verdict took.
    """

    def __init__(
        self,
        cutout: Cutout,
        judging: Callable[[], Verdict],
        numbering: Future[ShotLabel],
    ) -> None:
        """Nothing is done yet.

        Args:
            cutout: the shot.
            judging: gives the verdict.
            numbering: under way on another thread, as it waits for the disk.
        """
        self._cutout = cutout
        self._judging = judging
        self._numbering = numbering
        self._verdict: Verdict | None = None
        self.waited_ms = 0.0
        self.verdict_ms = 0.0

    @property
    def label(self) -> ShotLabel:
        """What the shot is called.

        Raises:
            SpoolError: the number could not be written down.
        """
        start_s = time.perf_counter()
        label = self._numbering.result()
        self.waited_ms += (time.perf_counter() - start_s) * 1000
        return label

    @property
    def verdict(self) -> Verdict:
        """The first judgement, made when it is first asked for."""
        if self._verdict is None:
            start_s = time.perf_counter()
            self._verdict = self._judging()
            self.verdict_ms = (time.perf_counter() - start_s) * 1000
        return self._verdict

    def described(self) -> dict[str, object]:
        """What is written into the picture."""
        return describe_shot(self.label, self._cutout)
