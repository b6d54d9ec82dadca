"""Frames for the daemon, from cameras that hang, repeat, vanish and come back."""

from __future__ import annotations

import itertools
import logging
import random
import time
from collections.abc import Callable

from device.cameras.camera import (
    Camera,
    CameraHangsError,
    CameraLostError,
    CameraRepeatsError,
    CameraTimeoutError,
    FolderCamera,
    PassedOverError,
    RememberingCamera,
    StillCamera,
)
from device.cameras.opening import CameraOpening
from device.cameras.repetition import is_same_picture
from device.contract.text import format_count
from device.errors import UsageError, WorkError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.picture_error import MemoryShortError, PictureError

_LOG = logging.getLogger(__name__)
# A live camera that gives no picture for this long is closed and reopened. With the read that is
# under way and the status message, the loss is reported in less than five seconds.
_SILENCE_S = 4.0
# A camera that comes back is found within this time, and one that is away for weeks costs little.
_LONGEST_PAUSE_S = 15.0
# Each attempt that hangs leaves a stuck thread behind, which only the end of the process removes.
_MOST_HANGS = 3
# Each costs a system call, four times a second.
_MOST_CHECKED = 20
# As long as the silence above.
_STILL_TIMEOUT_S = 4.0


class CameraFeed:
    """Reads a camera, and reopens it in the background after it was lost.

    Attributes:
        name: of the camera, for people.
        live: whether silence is a fault; see `device.cameras.camera.Camera`.
        shoots_by_itself: whether the photographer releases each shot, as with a hot folder.
        trouble: why there are no frames; None when there are.
    """

    def __init__(self, open_camera: Callable[[], Camera]) -> None:
        """Open the camera for the first time.

        Args:
            open_camera: opens it; called again after every loss, in a thread of its own.

        Raises:
            UsageError: the source does not exist or does not open.
        """
        self._open_camera = open_camera
        self._camera: Camera | None = open_camera()
        self.name = self._camera.name
        self.live = self._camera.live
        self.shoots_by_itself = isinstance(self._camera, RememberingCamera)
        self.trouble: str | None = None
        self._passed_over: set[str] = set()
        self._missing: set[str] = set()  # Of those, what is still in the folder.
        self._newest_missing = ("", "")  # name and sentence
        self._failures = 0
        self._hangs = 0
        self._retry_s = 0.0
        self._opening: CameraOpening | None = None
        self._waiting_since_s: float | None = None
        self._newest: UInt8Array | None = None
        self._stuck: UInt8Array | None = None

    def next_frame(self, timeout_s: float) -> Frame | None:
        """Return the next frame, or None when none came within ``timeout_s``.

        Raises:
            EndOfStreamError: a file or folder is at its end.
            WorkError: the camera hangs at every attempt, and only a new process can help.
        """
        if self._camera is None and not self._reopen(timeout_s):
            return None
        assert self._camera is not None  # noqa: S101 - `_reopen` returned True; for the type checker
        if self._waiting_since_s is None:
            self._waiting_since_s = time.monotonic()
        try:
            frame = self._camera.read(timeout_s)
        except CameraTimeoutError:
            silent_s = time.monotonic() - self._waiting_since_s
            if self._camera.live and silent_s > _SILENCE_S:
                self._close_lost(f"camera {self.name} has given no picture for {_SILENCE_S:g} s")
            elif not self._camera.live and self._lost:
                self._recover()  # A folder that is back may have nothing new.
            self._forget_gone()
            return None
        except PassedOverError as error:
            self._note_passed_over(error.picture, str(error))
            return None
        except CameraLostError as error:
            if isinstance(error, CameraRepeatsError):
                self._stuck = self._newest
            self._close_lost(str(error))
            return None
        if self._stuck is not None and is_same_picture(frame.pixels, self._stuck):
            return None  # Reopened, it still repeats the old picture.
        self._newest = frame.pixels if self.live else None
        self._passed_over.discard(frame.source)
        self._missing.discard(frame.source)
        self._recover()
        return frame

    @property
    def passed_over(self) -> int:
        """How many pictures could not be used, and were not replaced by one that could."""
        return len(self._passed_over)

    @property
    def missing(self) -> str | None:
        """A sentence about the pictures that were passed over and are still there, or None."""
        missing, (newest, sentence) = len(self._missing), self._newest_missing
        if newest not in self._missing:
            counted = format_count(missing, "photo")
            return f"passed over: {counted}, which the log names" if missing else None
        others = f" (and {format_count(missing - 1, 'other')} before it)" if missing > 1 else ""
        return sentence + others

    @property
    def has_stills(self) -> bool:
        """Whether a shot is a picture of its own, not a frame of the stream."""
        return isinstance(self._camera, StillCamera)

    def take_still(self, frame: Frame) -> Frame:
        """Return the picture for a shot: the camera's better one where it has one, else ``frame``.

        Raises:
            CameraLostError: the camera gives none; it is reopened.
        """
        camera = self._camera
        if not isinstance(camera, StillCamera):
            return frame
        try:
            return camera.take_still(_STILL_TIMEOUT_S)
        except CameraTimeoutError as error:
            self._close_lost(str(error))
            raise CameraLostError(str(error)) from error
        except CameraLostError as error:
            self._close_lost(str(error))
            raise

    def remember(self, frame: Frame) -> None:
        """Let a `RememberingCamera` know that the shot of a frame is on disk."""
        if isinstance(self._camera, RememberingCamera):
            self._camera.remember(frame)

    @property
    def findings(self) -> tuple[str, ...]:
        """What lies in a folder and is never given; see `RememberingCamera`."""
        # Asked first, as this is asked at each frame of a stream.
        if self.shoots_by_itself and isinstance(self._camera, RememberingCamera):
            return self._camera.findings
        return ()

    def pass_over(self, frame: Frame, error: PictureError) -> None:
        """Report a photo that was read and cannot be shot, and go on with the next.

        Args:
            frame: the photo.
            error: why.
        """
        self._note_passed_over(frame.source, f"a photo was passed over: {error}")
        _LOG.debug("the photo failed here", exc_info=error.__cause__)
        if isinstance(self._camera, RememberingCamera):
            short = isinstance(error, MemoryShortError)
            self._camera.pass_over(frame, until_restart=short)

    def close(self) -> None:
        """Release the camera. Safe to call twice."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.abandon()
        if self._camera is not None:
            self._camera.close()
            if getattr(self._camera, "hung", False):
                self._hangs += 1
            self._camera = None

    @property
    def _lost(self) -> bool:
        return self._failures > 0

    def _recover(self) -> None:
        if self._lost:
            _LOG.info("camera %s is back", self.name)
        self.trouble, self._failures, self._waiting_since_s = None, 0, None
        self._hangs, self._stuck = 0, None

    def _note_passed_over(self, picture: str, sentence: str) -> None:
        _LOG.warning("%s", sentence)
        self._passed_over.add(picture)
        self._missing.add(picture)
        self._newest_missing = picture, sentence
        self.trouble = sentence

    def _forget_gone(self) -> None:
        """Let the status forget files that somebody took away; only while there is time for it."""
        if self._missing and isinstance(self._camera, FolderCamera):
            newest, sentence = self._newest_missing
            some = {newest, *itertools.islice(self._missing, _MOST_CHECKED)}
            self._missing -= {name for name in some if not self._camera.has(name)}
            if newest not in self._missing and self.trouble == sentence:
                self.trouble = None

    def _close_lost(self, why: str) -> None:
        if not self._lost:
            _LOG.warning("%s; it is opened again as soon as it is there", why)
        self.trouble = why
        self.close()
        self._schedule_retry()

    def _schedule_retry(self) -> None:
        if self._hangs >= _MOST_HANGS:
            raise WorkError(
                f"camera {self.name} hangs at every try, which only a new process can fix: start"
                " the rig again, as its systemd unit does, and check the camera's cable and power"
            )
        self._failures = min(self._failures + 1, 16)
        pause_s = min(_LONGEST_PAUSE_S, 0.5 * 2**self._failures)
        self._retry_s = time.monotonic() + pause_s * random.uniform(0.5, 1)  # noqa: S311 - no secret depends on it

    def _reopen(self, timeout_s: float) -> bool:
        if self._opening is None:
            if time.monotonic() < self._retry_s:
                time.sleep(timeout_s)
                return False
            self._opening = CameraOpening(self._open_camera)
        try:
            self._camera = self._opening.result(timeout_s)
        except UsageError as error:
            self._opening = None
            self._hangs += isinstance(error, CameraHangsError)
            _LOG.debug("camera %s is not back: %s", self.name, error)
            self._schedule_retry()
            return False
        if self._camera is None:
            return False
        self._opening = None
        self._waiting_since_s = None
        return True
