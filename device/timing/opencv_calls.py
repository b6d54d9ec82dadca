"""Which OpenCV functions take the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import BuiltinFunctionType

import cv2


@dataclass(frozen=True, slots=True)
class OpenCvCall:
    """One OpenCV function, as used by one shot.

    Attributes:
        name: such as ``resize``.
        calls: how many a shot.
        ms: milliseconds of all of them.
        share: of the shot's time, 0 to 1.
    """

    name: str
    calls: float
    ms: float
    share: float


class OpenCvTimes:
    """How long each call of an OpenCV function took, from any thread."""

    def __init__(self) -> None:
        self._ms: list[tuple[str, float]] = []  # appended to by any thread, which is atomic

    def wrap(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        """Return a function that does the same and keeps the time."""

        @wraps(function)
        def timed(*arguments: object, **options: object) -> object:
            start_s = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self._ms.append((name, (time.perf_counter() - start_s) * 1000))

        return timed

    def find_slow(self, shots: int, total_ms: float, least_share: float) -> list[OpenCvCall]:
        """Return the functions that take the most of a shot's time, the slowest first.

        Args:
            shots: how many were taken.
            total_ms: how long all of them took.
            least_share: of the shots' time, for a function to be listed.
        """
        by_name: dict[str, list[float]] = {}
        for name, each_ms in self._ms:
            by_name.setdefault(name, []).append(each_ms)
        calls = [
            OpenCvCall(name, len(ms) / shots, sum(ms) / shots, sum(ms) / total_ms)
            for name, ms in by_name.items()
        ]
        slow = [call for call in calls if call.share >= least_share]
        return sorted(slow, key=lambda call: call.share, reverse=True)


@contextmanager
def watch_opencv() -> Iterator[OpenCvTimes]:
    """Time every function of OpenCV, in all threads.

    Each is replaced in the module `cv2` and put back at the end. That costs about a microsecond a
    call: what is timed meanwhile is not to be compared with anything else.
    """
    times = OpenCvTimes()
    functions = {
        name: each for name, each in vars(cv2).items() if isinstance(each, BuiltinFunctionType)
    }
    try:
        for name, function in functions.items():
            setattr(cv2, name, times.wrap(name, function))
        yield times
    finally:
        for name, function in functions.items():
            setattr(cv2, name, function)
