"""Files in which a program remembers things: read, or put aside where they are no such file.

Everything that is remembered goes through here when it is read, so that no file, whatever a disk, a
person or a power cut has made of it, keeps a program from starting.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import math
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn, TypeVar

from device.errors import UsageError

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
# No document that a rig writes comes near it; what is larger is not read into memory.
LARGEST_DOCUMENT_BYTES = 64_000_000
# The list of half a million photos has a fifth of a gigabyte.
LARGEST_LIST_BYTES = 1_000_000_000
_LONGEST_LINE_BYTES = 65_536
_BLOCK_BYTES = 1 << 20
_NO_LINE = b"\xff"
_PASSING = {errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
_PAUSES_S = (0.05, 0.2, 0.5)
_ENDING = ".torn"


def read_document(path: Path) -> bytes | None:
    """Return the content of a small file; None where there is none that can be used.

    What is there and cannot be used (a link, a folder, a pipe, a file that is too large or that
    the disk does not give) is put aside and logged.

    Raises:
        UsageError: this user may not read it: nothing is wrong with it.
    """
    try:
        return b"".join(_read_blocks(path, LARGEST_DOCUMENT_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        _put_aside_unread(path, error)
        return None


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a list without their ends; the file is never in memory as a whole.

    What is no file is put aside, as in `read_document`. Of a file that is too large, or that the
    disk gives in part, the lines up to there are yielded and then one that no list has, and a
    second name keeps the file for a person. A line that is too long for any list comes in pieces.

    Raises:
        UsageError: as `read_document`.
    """
    rest = b""
    opened = False
    try:
        for block in _read_blocks(path, LARGEST_LIST_BYTES):
            opened = True
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
            if len(rest) > _LONGEST_LINE_BYTES:
                yield rest
                rest = b""
    except FileNotFoundError:
        return
    except OSError as error:
        if not opened:
            _put_aside_unread(path, error)
            return
        target = _find_free_name(path)
        _LOG.warning("%s cannot be read to its end (%s): see %s", path, error.strerror, target.name)
        with contextlib.suppress(OSError):  # Some disks know no second names.
            os.link(path, target)
        rest = _NO_LINE
    yield rest


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the object that a JSON text is.

    Raises:
        ValueError: it is none, or none that JSON's own rules allow: not UTF-8, nested too deeply,
            a number that is none or that is too large.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - of the text, not of an argument
    return value


def put_aside(path: Path, reason: str) -> Path | None:
    """Rename what cannot be used, so that a person can look at it, and log that.

    Args:
        path: a file, a folder, a link or anything else.
        reason: why it cannot be used.

    Returns:
        Its new path; None where the disk keeps it in its place.
    """
    target = _find_free_name(path)
    try:
        path.rename(target)
    except OSError as error:
        _LOG.warning(
            "%s cannot be used (%s), and cannot be put aside (%s): move it away",
            path,
            reason,
            error.strerror,
        )
        return None
    _LOG.warning("%s cannot be used (%s) and was put aside as %s", path, reason, target.name)
    return target


def keep_copy(path: Path, data: bytes, reason: str) -> None:
    """Keep what is about to be dropped of a file, under the name that `put_aside` gives; log it.

    Args:
        path: the file, which stays as it is.
        data: what is dropped.
        reason: why.
    """
    target = _find_free_name(path)
    try:
        target.write_bytes(data)
    except OSError as error:
        _LOG.warning("%s: %s (no copy was kept: %s)", path, reason, error.strerror)
        return
    _LOG.warning("%s: %s; a copy is in %s", path, reason, target.name)


def _find_free_name(path: Path) -> Path:
    target, number = path.with_suffix(_ENDING), 0
    while os.path.lexists(target):
        number += 1
        target = path.with_suffix(f"{_ENDING}.{number}")
    return target


def _read_blocks(path: Path, largest_bytes: int) -> Iterator[bytes]:
    size_bytes = 0
    with _open_regular(path) as file:
        while block := _try_again(lambda: file.read(_BLOCK_BYTES)):
            size_bytes += len(block)
            if size_bytes > largest_bytes:
                raise OSError(errno.EFBIG, f"it has more than {largest_bytes // 10**6} MB")
            yield block


def _put_aside_unread(path: Path, error: OSError) -> None:
    if isinstance(error, PermissionError):
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): give this user the right to read it, or"
            " give another folder with --state-dir"
        ) from error
    put_aside(path, "it is a link" if error.errno == errno.ELOOP else str(error.strerror))


def _open_regular(path: Path) -> IO[bytes]:
    # A link could lead anywhere, and opening a pipe waits for somebody who writes into it.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = _try_again(lambda: os.open(path, flags))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return open(descriptor, "rb")  # noqa: PTH123 - an open descriptor has no path
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no file")


def _try_again(act: Callable[[], T]) -> T:
    """Do what may fail for a moment: one error of a disk says nothing about a file."""
    for pause_s in _PAUSES_S:
        try:
            return act()
        except OSError as error:  # noqa: PERF203 - each try is one
            if error.errno not in _PASSING:
                raise
            time.sleep(pause_s)
    return act()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it holds {constant}, which is no number")


def _parse_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"it holds {text[:40]}, which is too large")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_parse_float)
