"""A video file as a camera: every frame once, in order."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np

from device.cameras.camera import CameraTimeoutError, EndOfStreamError
from device.cameras.opencv_capture import open_film
from device.contract.text import format_count
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.system.path_check import is_file

FALLBACK_FPS = 25.0


class VideoFileCamera:
    """Frames of a file, with the times at which a camera would have taken them.

    Frame n is stamped with the opening time plus its place in the film. Paced, `read` waits
    until that moment has come, like a live camera, and a slow reader makes the film last
    longer; not paced, it gives frames as fast as they are taken, stamped ahead of the clock.
    """

    live = False

    def __init__(
        self, path: Path, *, paced: bool, name: str | None = None, loops: bool = False
    ) -> None:
        """Open the file.

        Args:
            path: anything that OpenCV's FFmpeg reads.
            paced: play at the film's own rate.
            name: what people call it; None takes the path.
            loops: begin again at the end.

        Raises:
            UsageError: the file is missing or no video.
        """
        self.name = name or str(path)
        self._path = path
        self._paced = paced
        self._loops = loops
        if not is_file(path):
            raise UsageError(f"there is no video file {path}: check the path given as camera")
        self._capture = open_film(str(path))
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._fps = fps if 0 < fps <= 1000 else FALLBACK_FPS
        self._sequence = 0
        self._next = self._decode()
        if self._next is None:
            raise UsageError(f"{path} is not a video that can be read: give another file")
        self._started_at = datetime.now(timezone.utc)
        self._started_s = time.monotonic()

    def read(self, timeout_s: float) -> Frame:
        """Return the next frame; see `device.cameras.camera.Camera`."""
        if self._next is None:
            played = format_count(self._sequence, "frame")
            raise EndOfStreamError(f"{self.name} is at its end after {played}")
        place_s = self._sequence / self._fps
        if self._paced:
            self._wait_until(self._started_s + place_s, timeout_s)
        frame = Frame(
            pixels=self._next,
            colour_order="BGR",
            captured_at=self._started_at + timedelta(seconds=place_s),
            monotonic_s=self._started_s + place_s,
            sequence=self._sequence,
            source=self.name,
        )
        self._sequence += 1
        self._next = self._decode()
        if self._next is None and self._loops:
            self._capture.release()
            self._capture = open_film(str(self._path))
            self._next = self._decode()
        return frame

    def close(self) -> None:
        """Release the file."""
        self._capture.release()
        self._next = None

    def _decode(self) -> UInt8Array | None:
        decoded, pixels = self._capture.read()
        return np.asarray(pixels, dtype=np.uint8) if decoded else None

    def _wait_until(self, due_s: float, timeout_s: float) -> None:
        late_s = time.monotonic() - due_s
        if late_s > 0:  # A slow reader stretches the film: all later frames move with this one.
            self._started_s += late_s
            self._started_at += timedelta(seconds=late_s)
        elif -late_s > timeout_s:
            time.sleep(timeout_s)
            raise CameraTimeoutError(f"{self.name} has no frame due within {timeout_s:g} s")
        else:
            time.sleep(-late_s)
