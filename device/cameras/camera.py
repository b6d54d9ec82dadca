"""The contract that every source of frames keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from device.errors import UsageError, WorkError

if TYPE_CHECKING:  # the doctor reads this contract where numpy may be missing
    from device.imaging.frame import Frame


class CameraLostError(WorkError):
    """The source stopped giving frames: unplugged, hung up, or it answers with errors."""


class CameraRepeatsError(CameraLostError):
    """The camera gives one and the same picture again and again, as after an unplug."""


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
    """Opening or reading never returns: a thread is stuck in the source's own code for good."""


class EndOfStreamError(WorkError):
    """The source has given all it has: a file or folder is at its end. Not a fault."""


class Camera(Protocol):
    """A source of frames.

    Blocking: `read` blocks until the next frame or ``timeout_s``. Staleness: the frame it
    returns was captured after the previous `read` returned, or is the newest one buffered;
    files and folders give every picture once, in order. Errors: `CameraTimeoutError` (try
    again), `PassedOverError` (go on), `CameraLostError` (close and reopen), `EndOfStreamError`
    (done). Opening happens in the constructor and raises `UsageError` when the source does not
    exist.

    Attributes:
        name: what people call it.
        live: its pictures come by themselves, so that silence is a fault. A file or folder may
            keep its reader waiting, and opened again it would begin anew.
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

    def still(self, timeout_s: float) -> Frame:
        """Take one picture at full resolution, exposure and white balance locked.

        Raises:
            CameraTimeoutError: none came within ``timeout_s`` seconds.
            CameraLostError: none will come.
        """
        ...


@runtime_checkable
class RememberingCamera(Protocol):
    """A source that gives each picture until it is told that the picture is safe, and then never.

    It must be told between the moment in which the shot is durable and the one in which the shot
    may leave the disk: then a crash neither loses a picture nor shoots it twice.
    """

    def kept(self, frame: Frame) -> None:
        """The shot of this frame is safe: never give the picture again, also after a restart."""
        ...
