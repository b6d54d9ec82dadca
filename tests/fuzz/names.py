"""File names and times as cards, archives and other systems bring them."""

from __future__ import annotations

import contextlib
import os
import random
from pathlib import Path

_YEAR_S = 31_556_952
_MOST_BYTES = 255


def pick_path(chance: random.Random, folder: Path, ending: str) -> Path:
    """Return a path of any bytes that a name may have."""
    longest = _MOST_BYTES - len(ending) - 1
    length = chance.choice((1, 8, 40, longest))
    letters = chance.choice((bytes(range(1, 256)), bytes(range(32, 127)), b"\n\x1b\xe9\xff'$%{}"))
    name = bytes(chance.choices(letters, k=length)).replace(b"/", b"_").lstrip(b".") or b"a"
    return folder / os.fsdecode(name + b"." + ending.encode())


def set_time(chance: random.Random, path: Path) -> None:
    """Give a file a time of last change from year -5000 to 20000, as far as the system has it."""
    at_s = chance.randrange(-7000 * _YEAR_S, 18000 * _YEAR_S)
    with contextlib.suppress(OSError, OverflowError):
        os.utime(path, ns=(at_s * 10**9, at_s * 10**9))
