"""The contract that every source of frames keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from device.errors import UsageError, WorkError

if TYPE_CHECKING:  # the doctor reads this contract where numpy may be missing
    from device.imaging.frame import Frame


class CameraLostError(WorkError):
    """The source has stopped: unplugged, hung up, or it answers with errors."""


class CameraRepeatsError(CameraLostError):
    """The camera repeats one picture, as after an unplug."""


class CameraTimeoutError(WorkError):
    """No frame arrived in time; the source may still recover."""


class PassedOverError(WorkError):
    """One picture cannot be used; the source is fine and the next `read` goes on.

    Attributes:
        picture: name of the file, as `Frame.source` would have it.
    """

    def __init__(self, sentence: str, picture: str) -> None:
        super().__init__(sentence)
        self.picture = picture


class CameraHangsError(UsageError):
    """Opening or reading never returns: a thread is stuck in the source's own code."""


class EndOfStreamError(WorkError):
    """A file or folder is at its end. Not a fault."""


class Camera(Protocol):
    """A source of frames.

    Blocking: `read` blocks until the next frame or ``timeout_s``. Staleness: the frame it
    returns was captured after the previous `read` returned, or is the newest one buffered;
    files and folders give every picture once, in order. Errors: `CameraTimeoutError` (try
    again), `PassedOverError` (go on), `CameraLostError` (close and reopen), `EndOfStreamError`
    (done). Opening happens in the constructor and raises `UsageError` when the source does not
    exist.

    Attributes:
        name: for people; free of credentials.
        live: whether pictures come without being asked for, so that silence is a fault. A file or
            folder may keep its reader waiting, and would start from the beginning if reopened.
    """

    name: str
    live: bool

    def read(self, timeout_s: float) -> Frame:
        """Return the next frame, waiting at most ``timeout_s`` seconds."""
        ...

    def close(self) -> None:
        """Release the source. Safe to call twice."""
        ...


@runtime_checkable
class StillCamera(Protocol):
    """A camera that has a better picture for a shot than the frames that it streams."""

    def take_still(self, timeout_s: float) -> Frame:
        """Take one picture at full resolution, exposure and white balance locked.

        Raises:
            CameraTimeoutError: none came within ``timeout_s`` seconds.
            CameraLostError: none will come.
        """
        ...


@runtime_checkable
class FolderCamera(Protocol):
    """A source of files, which may be taken away."""

    def has(self, picture: str) -> bool:
        """Return whether a file is still there, by its name."""
        ...


@runtime_checkable
class RememberingCamera(Protocol):
    """A source that repeats each picture until its shot is on disk, and then never gives it again.

    Attributes:
        findings: what lies in the source and is never given, one sentence for each kind of thing.

    `remember` must be called when the shot is durable and before it may leave the disk: then a
    crash neither loses a picture nor shoots it twice.
    """

    @property
    def findings(self) -> tuple[str, ...]:
        """See above; each sentence is logged by the source."""
        ...

    def remember(self, frame: Frame) -> None:
        """Never give this frame's picture again, also after a restart."""
        ...

    def pass_over(self, frame: Frame, *, until_restart: bool = False) -> None:
        """Never give this frame's picture again until its file changes, also after a restart.

        For one of which no shot can be made.

        Args:
            frame: the picture.
            until_restart: whether a new process may succeed.
        """
        ...
