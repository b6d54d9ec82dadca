"""A folder of photos as a camera: every picture once, in the order of their names."""

from __future__ import annotations

import logging
import time
from collections import deque
from pathlib import Path

from device.cameras.camera import CameraTimeoutError, EndOfStreamError
from device.errors import UsageError
from device.frame import Frame
from device.photo import is_photo, read_photo

SETTLE_S = 1.0
"""A file that has not changed for this long is taken as wholly written."""

_POLL_S = 0.1
_log = logging.getLogger(__name__)


class FolderCamera:
    """The photos that lie in a folder when it is opened; later ones are not seen."""

    def __init__(self, folder: Path) -> None:
        """List the folder.

        Raises:
            UsageError: it is no folder, cannot be listed, or holds no photo.
        """
        self.name = f"folder:{folder}"
        self._waiting = deque(list_photos(folder))
        self._sequence = 0

    def read(self, timeout_s: float) -> Frame:
        """The next photo; one that cannot be read is logged by name and passed over.

        A file still being written is waited for; see `device.cameras.camera.Camera`.
        """
        deadline_s = time.monotonic() + timeout_s
        while self._waiting:
            path = self._waiting[0]
            if not _settled(path, deadline_s):
                raise CameraTimeoutError(f"{path} is still being written")
            self._waiting.popleft()
            try:
                frame = read_photo(path, sequence=self._sequence)
            except UsageError as error:
                _log.warning("passed over: %s", error)
                continue
            self._sequence += 1
            return frame
        raise EndOfStreamError(f"{self.name} is at its end after {self._sequence} photos")

    def close(self) -> None:
        """Forget what has not been read."""
        self._waiting.clear()


def list_photos(folder: Path) -> list[Path]:
    """The folder's photos by name, subfolders left out.

    Raises:
        UsageError: it is no folder, cannot be listed, or holds no photo.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: give one that holds photos")
    try:
        photos = sorted(path for path in folder.iterdir() if is_photo(path) and path.is_file())
    except OSError as error:
        raise UsageError(f"folder {folder} cannot be read ({error.strerror})") from None
    if not photos:
        raise UsageError(
            f"folder {folder} holds no photo: put JPEG, PNG, TIFF or WebP files into it"
        )
    return photos


def _settled(path: Path, deadline_s: float) -> bool:
    """Wait until a file has kept its size and time for a while; False at the deadline."""
    try:
        before = path.stat()
        # Clocks of a camera's card or a network share may run ahead: then watch the file.
        if 0 <= time.time() - before.st_mtime >= SETTLE_S and before.st_size > 0:
            return True
        quiet_since_s = time.monotonic()
        while time.monotonic() < deadline_s:
            time.sleep(min(_POLL_S, max(0.0, deadline_s - time.monotonic())))
            now = path.stat()
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                before, quiet_since_s = now, time.monotonic()
            elif time.monotonic() - quiet_since_s >= SETTLE_S:
                return True
    except FileNotFoundError:
        return True  # Reading it tells what is wrong, by name.
    return False
