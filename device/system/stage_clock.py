"""How long each stage of a picture's way took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class StageClock:
    """Runs work and adds up how long each stage took.

    Attributes:
        stage_ms: wall-clock milliseconds by stage.
    """

    def __init__(self) -> None:
        self.stage_ms: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[[], Result]) -> Result:
        """Do one piece of a stage's work, and pass on what it gives."""
        start_s = time.perf_counter()
        result = work()
        taken_ms = (time.perf_counter() - start_s) * 1000
        self.stage_ms[stage] = self.stage_ms.get(stage, 0.0) + taken_ms
        return result
