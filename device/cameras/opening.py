"""Opening a camera in the background, as it may hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from device.cameras.camera import Camera, CameraHangsError
from device.errors import UsageError

# Twice the longest that any camera allows its own opening, a Pi camera 15 s.
_HANGS_S = 30.0


class CameraOpening:
    """One attempt to open a camera, in a thread of its own that starts at once."""

    def __init__(self, open_camera: Callable[[], Camera]) -> None:
        self._open_camera = open_camera
        self._done = threading.Event()
        self._abandoned = False
        self._lock = threading.Lock()
        self._camera: Camera | None = None
        self._error: Exception | None = None
        self._started_s = time.monotonic()
        threading.Thread(target=self._run, name="open camera", daemon=True).start()

    def result(self, timeout_s: float) -> Camera | None:
        """Return the camera, or None while it is still being opened.

        Raises:
            UsageError: it is not there.
            CameraHangsError: opening it takes so long that it will never end.
        """
        if not self._done.wait(timeout_s):
            if time.monotonic() - self._started_s > _HANGS_S:
                self.abandon()
                raise CameraHangsError(f"opening it has taken {_HANGS_S:g} s")
            return None
        if isinstance(self._error, UsageError):
            raise self._error
        if self._error is not None:
            raise UsageError(f"it cannot be opened: {self._error}") from self._error
        return self._camera

    def abandon(self) -> None:
        """Close the camera if it ever opens."""
        with self._lock:
            self._abandoned = True
            camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def settle(self, timeout_s: float) -> None:
        """Wait for the attempt to end: no process should end while an SDK works in a thread."""
        self._done.wait(timeout_s)

    def _run(self) -> None:
        camera: Camera | None = None
        try:
            camera = self._open_camera()
        except Exception as error:  # noqa: BLE001 - SDKs raise anything; `result` reports it.
            self._error = error
        with self._lock:
            self._camera, late = camera, self._abandoned
        self._done.set()
        if late and camera is not None:
            camera.close()
