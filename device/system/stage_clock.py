"""How long each stage of a picture's way took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType


class StageClock:
    """Adds up how long each stage took: ``with clock.stage("decode"): …``."""

    def __init__(self) -> None:
        self._stage_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one piece of a stage's work; what ends in an exception does not count."""
        start_s = time.perf_counter()
        yield
        taken_ms = (time.perf_counter() - start_s) * 1000
        self._stage_ms[name] = self._stage_ms.get(name, 0.0) + taken_ms

    def read(self) -> Mapping[str, float]:
        """Return wall-clock milliseconds by stage so far, in the order of the work; read-only."""
        return MappingProxyType(dict(self._stage_ms))
