"""The contract that every source of frames keeps."""

from __future__ import annotations

from typing import Protocol

from device.errors import WorkError
from device.frame import Frame


class CameraLostError(WorkError):
    """The source stopped giving frames: unplugged, hung up, or it answers with errors."""


class CameraTimeoutError(WorkError):
    """No frame arrived in time; the source may still recover."""


class EndOfStreamError(WorkError):
    """The source has given all it has: a file or folder is at its end. Not a fault.

    Attributes:
        passed_over: how many pictures of it could not be read.
    """

    def __init__(self, sentence: str, *, passed_over: int = 0) -> None:
        super().__init__(sentence)
        self.passed_over = passed_over


class Camera(Protocol):
    """A source of frames.

    Blocking: `read` blocks until the next frame or ``timeout_s``. Staleness: the frame it
    returns was captured after the previous `read` returned, or is the newest one buffered;
    files and folders give every picture once, in order. Errors: `CameraTimeoutError` (try
    again), `CameraLostError` (close and reopen), `EndOfStreamError` (done). Opening happens
    in the constructor and raises `UsageError` when the source does not exist.

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
