"""Whatever goes wrong over one picture becomes one sentence with the picture's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from device.errors import UsageError, WorkError

_LONGEST_DETAIL = 160


class PictureError(UsageError):
    """One picture cannot be used; those after it can."""


class MemoryShortError(PictureError):
    """One picture does not fit into the memory that is free now; it may at another time."""


class UnreadableError(PictureError):
    """The system did not give a picture's bytes, its `OSError` is the cause; it may later."""


@contextmanager
def name_picture(picture: object, done: str) -> Iterator[None]:
    """Turn any exception over one picture into a `PictureError` that names it.

    Decoders, encoders and metadata raise whatever they like: struct.error, cv2.error, MemoryError,
    OverflowError, RecursionError. Each ends one picture, not the program. What is a sentence
    already passes, as does what is no fault of the picture: a full disk, a lost camera.

    Args:
        picture: its file or source, for the sentence.
        done: what was to be done with it: ``read``, ``cut``.
    """
    try:
        yield
    except (UsageError, WorkError):
        raise
    except MemoryError as error:
        raise MemoryShortError(
            f"{picture} cannot be {done}, memory ran out: give a smaller picture, or this machine"
            " more memory"
        ) from error
    except Exception as error:
        raise PictureError(
            f"{picture} cannot be {done} ({describe_error(error)}): save it again as JPEG or PNG,"
            " or leave it out"
        ) from error


def describe_error(error: BaseException) -> str:
    """Return a foreign exception as a few words: its type, and the beginning of what it says."""
    said = " ".join(str(error).split())[:_LONGEST_DETAIL]
    kind = type(error).__name__
    return f"{kind}: {said}" if said else kind
