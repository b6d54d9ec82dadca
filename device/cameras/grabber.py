"""The one thread that waits on a live source, so that nobody else has to."""

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
        """The next picture, shape (height, width, 3).

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
        """One picture at full resolution, in the stream's channel order; may block for ever."""
        ...


@dataclass(frozen=True, slots=True)
class _Grabbed:
    pixels: UInt8Array
    captured_at: datetime
    monotonic_s: float
    sequence: int


class ThreadedCamera:
    """A `Camera` over a live source that is opened, read and closed in a thread of its own.

    SDKs hang: a capture call that never returns only costs that thread. The newest picture
    wins; a slow reader skips the ones between, whose numbers are missing from ``sequence``.
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
            name: what people call the source, free of credentials.
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
        self._await_open(open_timeout_s)

    def read(self, timeout_s: float) -> Frame:
        """The newest picture not handed out yet; see `device.cameras.camera.Camera`."""
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
        return self._frame(grabbed)

    def _ask_for_still(self, timeout_s: float) -> _Grabbed:
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

    def _frame(self, grabbed: _Grabbed) -> Frame:
        return Frame(
            pixels=grabbed.pixels,
            colour_order=self._colour_order,
            captured_at=grabbed.captured_at,
            monotonic_s=grabbed.monotonic_s,
            sequence=grabbed.sequence,
            source=self.name,
        )

    def close(self) -> None:
        """Let the thread release the source; one that hangs is left behind after a second."""
        with self._state:
            self._closing = True
            self._state.notify_all()
        self._thread.join(timeout=1.0)

    @property
    def hung(self) -> bool:
        """Whether, after `close`, the source's own code still has not returned."""
        return self._closing and self._thread.is_alive()

    def _await_open(self, timeout_s: float) -> None:
        with self._state:
            self._state.wait_for(lambda: self._opened or self._failure, timeout_s)
            if self._opened:
                return
            self._closing = True
            if isinstance(self._failure, UsageError):
                raise self._failure
        mend = "check that it is there, on, and not in use by another program"
        if self._failure is not None:
            raise UsageError(f"camera {self.name} did not open ({self._failure}): {mend}")
        raise CameraHangsError(f"camera {self.name} did not open within {timeout_s:g} s: {mend}")

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
    """A grabbed camera whose source is a `StillSource`; see `device.cameras.camera.StillCamera`."""

    def still(self, timeout_s: float) -> Frame:
        """Take one picture at full resolution; see the contract."""
        return self._frame(self._ask_for_still(timeout_s))
