"""Find the picture that an annotation file names, wherever an export put it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from train.datasets.names import compose, fold
from train.datasets.photograph import SUFFIXES, is_hidden

# Label Studio puts eight hexadecimal digits before the name of each uploaded file.
_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)")


class NotFoundError(Exception):
    """No picture has the name, or several have; the message says which."""


def _loosen(name: str) -> str:
    """Return a name as upload servers keep it: without prefix, spaces and punctuation."""
    plain = re.sub(r"\s", "_", _UPLOAD.sub("", fold(name)))
    return re.sub(r"[^-\w.]", "", plain)


# Tried one after the other, and the first that finds anything decides.
_LIKENESSES: tuple[Callable[[str], str], ...] = (compose, fold, _loosen)


class PictureSearch:
    """Finds pictures below a folder by the names that annotation tools write.

    A name may be relative, absolute on another machine, with backslashes, percent-encoded, an
    address, in another case, with accents composed otherwise, or with the prefix of an upload. The
    picture is the file below the folder whose path has the longest common end with the name.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self._below: list[dict[str, list[Path]]] | None = None

    def find(self, name: str) -> Path:
        """Return the path of a picture.

        Raises:
            NotFoundError: no file below the folder has the name, or several match it equally.
        """
        forms = list(dict.fromkeys(_split(form) for form in (name, unquote(name))))
        if not any(forms):
            raise NotFoundError("names no picture")
        for parts in forms:
            for direct in (self.base.joinpath(*parts), self.base.joinpath("images", *parts)):
                if parts and _is_file(direct):
                    return direct
        for likeness, by_name in zip(_LIKENESSES, self._list_by_name(), strict=True):
            for parts in forms:
                found = by_name.get(likeness(parts[-1]), []) if parts else []
                if found:
                    return self._choose(name, found, [likeness(part) for part in parts], likeness)
        raise NotFoundError(f"names {name}, and no such picture lies below {self.base}")

    def _choose(
        self, name: str, found: list[Path], parts: list[str], likeness: Callable[[str], str]
    ) -> Path:
        """Return the path with the longest common end.

        Raises:
            NotFoundError: several have it.
        """
        candidates = [
            (_count_common_end([likeness(part) for part in path.parts], parts), path)
            for path in found
        ]
        longest = max(count for count, _ in candidates)
        best = [path for count, path in candidates if count == longest]
        if len(best) > 1:
            shown = " and ".join(str(path) for path in best[:2])
            raise NotFoundError(f"names {name}, which may be {shown}")
        return best[0]

    def _list_by_name(self) -> list[dict[str, list[Path]]]:
        if self._below is None:
            self._below = [defaultdict(list) for _ in _LIKENESSES]
            for path in sorted(self.base.rglob("*")):
                if path.suffix.lower() not in SUFFIXES or is_hidden(path, self.base):
                    continue
                # Some unpackers make a\b.jpg of a folder a and a file b.jpg.
                last = path.name.rpartition("\\")[2]
                for likeness, by_name in zip(_LIKENESSES, self._below, strict=True):
                    by_name[likeness(last)].append(path)
        return self._below

    def list_unused(self, used: set[Path]) -> list[Path]:
        """Return the pictures below the folder that are not in ``used``."""
        known = {path.resolve() for path in used}  # some paths lead through another folder
        return [
            path
            for paths in self._list_by_name()[0].values()
            for path in paths
            if path.resolve() not in known
        ]


def _split(name: str) -> tuple[str, ...]:
    """Return the parts of a path, a path of another system, or an address."""
    # Label Studio names files of its storage as /data/local-files/?d=folder/name.jpg.
    plain = name.rpartition("?d=")[2]
    if "://" in plain:
        plain = plain.partition("?")[0].partition("#")[0]  # a signature may follow
    parts = plain.replace("\\", "/").split("/")
    return tuple(part for part in parts if part not in ("", ".", ".."))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _count_common_end(path: list[str], parts: list[str]) -> int:
    pairs = zip(reversed(path), reversed(parts), strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), len(parts))
