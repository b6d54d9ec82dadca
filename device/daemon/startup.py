"""Opens the camera while the rest of the program is still loading."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from device.cameras.factory import open_camera
from device.cameras.opening import CameraOpening
from device.daemon.stop_signals import StoppedError
from device.settings.config import Config
from device.settings.credentials import open_camera_login
from device.system.folder_lock import FolderLock

if TYPE_CHECKING:
    from device.cameras.camera import Camera
    from device.cameras.folder_memory import FolderMemory

_POLL_S = 0.2
# A camera that is still opening is given so long to be closed in order.
_SETTLE_S = 2.0


class EarlyCameraStart:
    """Holds the state folder, and the camera that is being opened.

    A camera takes its time: a USB camera about a second, a Pi camera longer. On a Pi the program
    takes as long to load.
    """

    def __init__(self, config: Config) -> None:
        """Take the state folder and begin to open the camera.

        Raises:
            UsageError: the folder cannot be written, another process has it, or the camera's
                password cannot be read.
        """
        self._config = config
        self._camera = open_camera_login(config.camera, config.camera_password_file)
        self._lock = FolderLock(config.state_dir, "--state-dir")
        self._opening: CameraOpening | None = None
        # Folders open at once, and a hot folder needs to know first what was shot.
        if not config.camera.is_folder:
            self._opening = CameraOpening(lambda: self._open(None))

    def camera(self, memory: FolderMemory, stop: threading.Event) -> Callable[[], Camera]:
        """Return what opens the camera: at the first call the one being opened, later another.

        The first time it raises `StoppedError` when ``stop`` is set before the camera is there.

        Args:
            memory: what was shot of a hot folder.
            stop: set when nobody waits for the camera any more.
        """

        def open_now() -> Camera:
            if self._opening is None:
                return self._open(memory)
            while (camera := self._opening.result(_POLL_S)) is None:
                if stop.is_set():
                    raise StoppedError("stopped before the camera had opened")
            self._opening = None
            return camera

        return open_now

    def release(self) -> None:
        """Release the camera and the folder. Safe to call twice."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.abandon()
            opening.settle(_SETTLE_S)
        self._lock.release()

    def _open(self, memory: FolderMemory | None) -> Camera:
        config = self._config
        settings = replace(
            config.picamera2,
            width_px=config.camera_width_px,
            height_px=config.camera_height_px,
            fps=config.camera_fps,
            format=config.camera_format,
        )
        return open_camera(self._camera(), settings=settings, memory=memory, paced=config.paced)
