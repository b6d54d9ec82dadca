"""Frames for the daemon, over cameras that come and go."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from device.cameras.camera import Camera, CameraLostError, CameraTimeoutError
from device.errors import UsageError
from device.frame import Frame

_LOG = logging.getLogger(__name__)
# A live camera that gives nothing for so long, while waited for, is closed and opened again.
_SILENCE_S = 5.0
_LONGEST_PAUSE_S = 15.0


class CameraFeed:
    """Reads a camera, and opens it again when it was lost.

    Attributes:
        name: what people call the camera.
        trouble: why there are no frames; None when there are.
    """

    def __init__(self, open_camera: Callable[[], Camera]) -> None:
        """Open the camera for the first time.

        Args:
            open_camera: opens it; called again after every loss.

        Raises:
            UsageError: the source does not exist or does not open.
        """
        self._open_camera = open_camera
        self._camera: Camera | None = open_camera()
        self.name = self._camera.name
        self.trouble: str | None = None
        self._failures = 0
        self._retry_s = 0.0
        self._waiting_since_s: float | None = None

    def next_frame(self, timeout_s: float) -> Frame | None:
        """The next frame, or None when none came within ``timeout_s``.

        Raises:
            EndOfStreamError: a file or folder is at its end.
        """
        if self._camera is None and not self._reopen(timeout_s):
            return None
        assert self._camera is not None  # noqa: S101 - `_reopen` said so; for the type checker
        if self._waiting_since_s is None:
            self._waiting_since_s = time.monotonic()
        try:
            frame = self._camera.read(timeout_s)
        except CameraTimeoutError:
            silent_s = time.monotonic() - self._waiting_since_s
            if self._camera.live and silent_s > _SILENCE_S:
                self._lose(f"camera {self.name} has given no picture for {_SILENCE_S:g} s")
            return None
        except CameraLostError as error:
            self._lose(str(error))
            return None
        if self.trouble is not None:
            _LOG.info("camera %s is back", self.name)
        self.trouble, self._failures, self._waiting_since_s = None, 0, None
        return frame

    def close(self) -> None:
        """Release the camera. Safe to call twice."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None

    def _lose(self, why: str) -> None:
        if self.trouble is None:
            _LOG.warning("%s; it is opened again as soon as it is there", why)
        self.trouble = why
        self.close()
        self._wait_longer()

    def _wait_longer(self) -> None:
        self._failures = min(self._failures + 1, 16)
        pause_s = min(_LONGEST_PAUSE_S, 0.5 * 2**self._failures)
        self._retry_s = time.monotonic() + pause_s * random.uniform(0.5, 1)  # noqa: S311 - no secret depends on it

    def _reopen(self, timeout_s: float) -> bool:
        if time.monotonic() < self._retry_s:
            time.sleep(timeout_s)
            return False
        try:
            self._camera = self._open_camera()
        except UsageError as error:
            _LOG.debug("camera %s is not back: %s", self.name, error)
            self._wait_longer()
            return False
        self._waiting_since_s = None
        return True
