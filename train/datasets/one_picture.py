"""Whatever goes wrong over one picture becomes a sentence, and the next picture has its turn.

Decoders, EXIF readers and annotation files raise anything: `struct.error`, `OverflowError`,
`MemoryError`, `cv2.error`. This is the one place that knows it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from train.errors import UsageError


class BrokenPictureError(Exception):
    """A file is no picture, is damaged, or would not fit; the message says which.

    Attributes:
        file: the file at fault, where it is another than the picture's own.
    """

    def __init__(self, fault: str, file: object = None) -> None:
        super().__init__(fault)
        self.file = None if file is None else str(file)


class LeftOutError(Exception):
    """A picture cannot be used as it is, which is a fault of the data.

    Attributes:
        file: the file at fault.
        fault: what is wrong, as a predicate.
        fix: what to do.
    """

    def __init__(self, file: object, fault: str, fix: str) -> None:
        super().__init__(f"{file} {fault}")
        self.file, self.fault, self.fix = str(file), fault, fix


@contextlib.contextmanager
def guard_picture() -> Iterator[None]:
    """Work on one picture: any exception leaves as `BrokenPictureError`, with its reason.

    Raises:
        BrokenPictureError: something failed.
        LeftOutError: unchanged, the data are at fault.
    """
    try:
        yield
    except (BrokenPictureError, LeftOutError):
        raise
    except UsageError as error:
        raise BrokenPictureError(str(error)) from error
    except MemoryError as error:
        raise BrokenPictureError("does not fit into memory") from error
    except OSError as error:
        if error.errno is not None:
            raise BrokenPictureError(f"cannot be read ({error.strerror})") from error
        raise BrokenPictureError(_describe_damage(error)) from error
    except Exception as error:
        raise BrokenPictureError(_describe_damage(error)) from error


def count_passed_over(pictures: int) -> str:
    """Return the sentence on pictures that could not be read, and on the exit code."""
    one = pictures == 1
    what = "picture could not be read and was" if one else "pictures could not be read and were"
    return f"{pictures} {what} passed over, so the exit code is 1"


def _describe_damage(error: Exception) -> str:
    detail = " ".join(str(error).split())[:120] or type(error).__name__
    return f"is damaged or cut short ({detail})"
