"""Whatever goes wrong over one picture becomes a sentence, and the next picture has its turn.

Decoders and EXIF readers raise anything: `struct.error`, `OverflowError`, `MemoryError`,
`cv2.error`. This is the one place that knows it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PIL import UnidentifiedImageError

from convert.errors import UsageError


class PictureError(UsageError):
    """One picture cannot be used; those after it can."""


@contextlib.contextmanager
def guard_picture(path: Path) -> Iterator[None]:
    """Work on one picture: any exception leaves as `PictureError` that names it.

    Raises:
        PictureError: something failed.
    """
    try:
        yield
    except PictureError:
        raise
    except UsageError as error:
        raise PictureError(str(error)) from error
    except FileNotFoundError as error:
        raise PictureError(f"no picture at {path}") from error
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{path} is not a picture that can be read: remove it or save it again"
        ) from error
    except MemoryError as error:
        raise PictureError(f"{path} does not fit into memory: give a smaller picture") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise PictureError(
                f"{path} cannot be read ({error.strerror}): check its permissions and its disk"
            ) from error
        detail = " ".join(str(error).split())[:120] or type(error).__name__
        raise PictureError(
            f"{path} is damaged or cut short ({detail}): remove it or save it again"
        ) from error
