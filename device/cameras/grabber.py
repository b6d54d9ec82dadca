"""Live cameras: one thread waits for each source, so that its hangs hold up nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol, runtime_checkable

from device.cameras.camera import (
    CameraHangsError,
    CameraLostError,
    CameraRepeatsError,
    CameraTimeoutError,
)
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.colour_order import ColourOrder
from device.imaging.frame import Frame


class LiveSource(Protocol):
    """An open device or stream whose calls may block for ever."""

    def grab(self) -> UInt8Array:
        """Return the next picture, uint8, shape (height, width, 3).

        Raises:
            CameraLostError: no more will come.
        """
        ...

    def release(self) -> None:
        """Close it."""
        ...


@runtime_checkable
class StillSource(Protocol):
    """A live source that takes better pictures for shots than it streams."""

    def grab_still(self) -> UInt8Array:
        """Return one picture at full resolution, channels as in the stream; may block for ever."""
        ...


@dataclass(frozen=True, slots=True)
class _Grabbed:
    pixels: UInt8Array
    captured_at: datetime
    monotonic_s: float
    sequence: int


class ThreadedCamera:
    """A `Camera` over a live source that is opened, read and closed in a thread of its own.

    A capture call that never returns only costs that thread. The newest picture wins: a slow
    reader skips those between, whose numbers are missing from ``sequence``.
    """

    live = True
    _sequence = 0

    def __init__(
        self,
        open_source: Callable[[], LiveSource],
        *,
        name: str,
        colour_order: ColourOrder,
        open_timeout_s: float,
    ) -> None:
        """Open the source.

        Args:
            open_source: opens it, called once in the thread; raises `UsageError` if it cannot.
            name: of the source, for people; free of credentials.
            colour_order: channel order of the grabbed pictures.
            open_timeout_s: how long opening may take.

        Raises:
            UsageError: the source does not exist or does not answer in time.
        """
        self.name = name
        self._colour_order = colour_order
        self._open_source = open_source
        self._state = threading.Condition()
        self._newest: _Grabbed | None = None
        self._opened = False
        self._failure: Exception | None = None
        self._closing = False
        self._still_wanted = False
        self._still: _Grabbed | None = None
        # A daemon thread: one that hangs in an SDK must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"grab {name}", daemon=True)
        self._thread.start()
        self._wait_until_open(open_timeout_s)

    def read(self, timeout_s: float) -> Frame:
        """Return the newest picture not returned before; see `device.cameras.camera.Camera`."""
        with self._state:
            self._state.wait_for(lambda: self._newest or self._failure, timeout_s)
            grabbed, self._newest = self._newest, None
            failure = self._failure
        if grabbed is None:
            if failure is not None:
                repeats = isinstance(failure, CameraRepeatsError)
                lost = CameraRepeatsError if repeats else CameraLostError
                raise lost(f"camera {self.name} was lost: {failure}")
            raise CameraTimeoutError(f"camera {self.name} gave no picture within {timeout_s:g} s")
        return self._make_frame(grabbed)

    def _request_still(self, timeout_s: float) -> _Grabbed:
        with self._state:
            self._still, self._still_wanted = None, True
            self._state.wait_for(lambda: self._still or self._failure, timeout_s)
            self._still_wanted = False
            still, failure = self._still, self._failure
        if still is not None:
            return still
        if failure is not None:
            raise CameraLostError(f"camera {self.name} was lost: {failure}")
        raise CameraTimeoutError(f"camera {self.name} gave no shot within {timeout_s:g} s")

    def _make_frame(self, grabbed: _Grabbed) -> Frame:
        return Frame(
            pixels=grabbed.pixels,
            colour_order=self._colour_order,
            captured_at=grabbed.captured_at,
            monotonic_s=grabbed.monotonic_s,
            sequence=grabbed.sequence,
            source=self.name,
        )

    def close(self) -> None:
        """Let the thread release the source; leave a thread behind that hangs for a second."""
        with self._state:
            self._closing = True
            self._state.notify_all()
        self._thread.join(timeout=1.0)

    @property
    def hung(self) -> bool:
        """Whether, after `close`, the source's own code still has not returned."""
        return self._closing and self._thread.is_alive()

    def _wait_until_open(self, timeout_s: float) -> None:
        with self._state:
            self._state.wait_for(lambda: self._opened or self._failure, timeout_s)
            if self._opened:
                return
            self._closing = True
            if isinstance(self._failure, UsageError):
                raise self._failure
        advice = "check that it is there, on, and not in use by another program"
        if self._failure is not None:
            raise UsageError(f"camera {self.name} did not open ({self._failure}): {advice}")
        raise CameraHangsError(f"camera {self.name} did not open within {timeout_s:g} s: {advice}")

    def _run(self) -> None:
        try:
            source = self._open_source()
        except Exception as error:  # noqa: BLE001 - SDKs raise anything; `__init__` reports it.
            self._fail(error)
            return
        try:
            self._announce()
            self._grab_until_closed(source)
        except Exception as error:  # noqa: BLE001 - SDKs raise anything; `read` reports it.
            self._fail(error)
        finally:
            source.release()

    def _announce(self) -> None:
        with self._state:
            self._opened = True
            self._state.notify_all()

    def _grab_until_closed(self, source: LiveSource) -> None:
        while not self._closing:
            if self._still_wanted and isinstance(source, StillSource):
                still = self._stamp(source.grab_still())
                with self._state:
                    self._still, self._still_wanted = still, False
                    self._state.notify_all()
            grabbed = self._stamp(source.grab())
            with self._state:
                self._newest = grabbed
                self._state.notify_all()

    def _stamp(self, pixels: UInt8Array) -> _Grabbed:
        sequence, self._sequence = self._sequence, self._sequence + 1
        return _Grabbed(pixels, datetime.now(timezone.utc), time.monotonic(), sequence)

    def _fail(self, error: Exception) -> None:
        with self._state:
            self._failure = error
            self._state.notify_all()


class ThreadedStillCamera(ThreadedCamera):
    """A `ThreadedCamera` over a `StillSource`; see `device.cameras.camera.StillCamera`."""

    def take_still(self, timeout_s: float) -> Frame:
        """Take one picture at full resolution; see the contract."""
        return self._make_frame(self._request_still(timeout_s))
