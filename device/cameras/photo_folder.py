"""A folder of photos as a camera: every picture once, in the order of their names."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from device.cameras.camera import CameraTimeoutError, EndOfStreamError, PassedOverError
from device.contract.text import format_count
from device.errors import UsageError
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from device.imaging.photo_folder import list_photos

SETTLE_S = 1.0
"""A file that has not changed for this long counts as complete."""

DAMAGED_S = 5.0
"""A file that cannot be read may be a copy that pauses; after this long it counts as damaged."""

_POLL_S = 0.1  # Ten looks at one file's size in the second above.


class PhotoFolderCamera:
    """The photos that a folder holds when it is opened; later ones are ignored."""

    live = False

    def __init__(self, folder: Path) -> None:
        """List the folder.

        Raises:
            UsageError: it is no folder, cannot be listed, or holds no photo.
        """
        self.name = f"photos:{folder}"
        self._waiting = deque(_Candidate(path) for path in list_photos(folder))
        self._sequence = 0

    def read(self, timeout_s: float) -> Frame:
        """Return the next photo; see `device.cameras.camera.Camera`.

        Raises:
            CameraTimeoutError: it is still being written.
            PassedOverError: it cannot be read; the next call returns the one after it.
            EndOfStreamError: there are no more.
        """
        deadline_s = time.monotonic() + timeout_s
        while self._waiting:
            candidate = self._waiting[0]
            if not candidate.wait_until_quiet(deadline_s):
                raise CameraTimeoutError(f"{candidate.path} is still being written")
            try:
                frame = read_photo(candidate.path, sequence=self._sequence)
            except UsageError as error:
                if candidate.quiet_s < DAMAGED_S:
                    candidate.quiet_s = DAMAGED_S
                    continue
                self._waiting.popleft()
                sentence = f"a photo was passed over: {error}"
                raise PassedOverError(sentence, candidate.path.name) from error
            self._waiting.popleft()
            self._sequence += 1
            return frame
        raise EndOfStreamError(
            f"{self.name} is at its end after {format_count(self._sequence, 'photo')}"
        )

    def close(self) -> None:
        """Forget what has not been read."""
        self._waiting.clear()


class _Candidate:
    """A file that may still be being written.

    Attributes:
        path: the file.
        quiet_s: how long its size and time must not have changed before it is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.quiet_s = SETTLE_S
        self._seen: tuple[int, int] | None = None
        self._seen_since_s = 0.0

    def wait_until_quiet(self, deadline_s: float) -> bool:
        """Wait until nobody writes to the file any more; False at the deadline."""
        while (left_s := self.quiet_s - self._measure_quiet_s()) > 0:
            pause_s = min(left_s, _POLL_S, deadline_s - time.monotonic())
            if pause_s <= 0:
                return False
            time.sleep(pause_s)
        return True

    def _measure_quiet_s(self) -> float:
        try:
            stat = self.path.stat()
        except OSError:
            return float("inf")  # Reading it raises an error that names it.
        now_s = time.monotonic()
        if self._seen != (stat.st_size, stat.st_mtime_ns):
            self._seen, self._seen_since_s = (stat.st_size, stat.st_mtime_ns), now_s
            self.quiet_s = SETTLE_S  # What could not be read was an earlier version.
        # The clock of a card or a network share may run ahead: then only our own watching counts.
        return max(time.time() - stat.st_mtime, now_s - self._seen_since_s)
