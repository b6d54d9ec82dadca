"""One try to open a camera, which may hang without anybody waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from device.cameras.camera import Camera, CameraHangsError
from device.errors import UsageError

_HANGS_S = 30.0


class CameraOpening:
    """Runs in a thread of its own from the moment it is made."""

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
        """The camera, or None while it is still being opened.

        Raises:
            UsageError: it is not there.
            CameraHangsError: opening it has taken too long to ever end.
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
        """Close the camera should it ever open."""
        with self._lock:
            self._abandoned = True
            camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def settle(self, timeout_s: float) -> None:
        """Wait for the try to end: a process must not end while an SDK is at work in a thread."""
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
