"""File names that every file system takes."""

from __future__ import annotations

import hashlib
import os

MOST_BYTES = 255
"""NAME_MAX of Linux's file systems, in bytes and not in letters."""
_HASH_LETTERS = 10


def fit_name(stem: str, ending: str) -> str:
    """Return ``stem`` with an ending, shortened where a file system would refuse it.

    A shortened name ends in a hash of the whole one, so that two stay two.

    Args:
        stem: without ending; any bytes that a folder's listing gave.
        ending: with its dot.
    """
    name = os.fsencode(stem)
    room = MOST_BYTES - len(os.fsencode(ending))
    if len(name) <= room:
        return stem + ending
    digest = hashlib.sha256(name).hexdigest()[:_HASH_LETTERS]
    kept = os.fsdecode(name[: room - len(digest) - 1])
    while kept and "\udc80" <= kept[-1] <= "\udcff":  # A letter that was cut in the middle.
        kept = kept[:-1]
    return f"{kept}-{digest}{ending}"
