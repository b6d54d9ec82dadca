"""Find the picture that an annotation file names, wherever an export put it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

from train.datasets.photograph import SUFFIXES, is_hidden


class NotFoundError(Exception):
    """No picture has the name, or several have; the message says which."""


class PictureSearch:
    """Finds pictures below a folder by the names that annotation tools write.

    A name may be relative, absolute on another machine, with backslashes, or an address. The
    picture is the file below the folder whose path has the longest common end with the name.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self._below: dict[str, list[Path]] | None = None

    def find(self, name: str) -> Path:
        """Return the path of a picture.

        Raises:
            NotFoundError: no file below the folder has the name, or several match it equally.
        """
        # Label Studio names files of its storage as /data/local-files/?d=folder/name.jpg.
        plain = unquote(name.rpartition("?d=")[2]).replace("\\", "/")
        parts = [part for part in plain.split("/") if part not in ("", ".", "..")]
        if not parts:
            raise NotFoundError("names no picture")
        for direct in (self.base.joinpath(*parts), self.base.joinpath("images", *parts)):
            if direct.is_file():
                return direct
        candidates = [
            (_count_common_end(path, parts), path)
            for path in self._list_by_name().get(parts[-1], [])
        ]
        longest = max((count for count, _ in candidates), default=0)
        best = [path for count, path in candidates if count == longest]
        if not best:
            raise NotFoundError(f"names {name}, and no such picture lies below {self.base}")
        if len(best) > 1:
            shown = " and ".join(str(path) for path in best[:2])
            raise NotFoundError(f"names {name}, which may be {shown}")
        return best[0]

    def _list_by_name(self) -> dict[str, list[Path]]:
        if self._below is None:
            self._below = defaultdict(list)
            for path in sorted(self.base.rglob("*")):
                if path.suffix.lower() in SUFFIXES and not is_hidden(path, self.base):
                    self._below[path.name].append(path)
        return self._below

    def list_unused(self, used: set[Path]) -> list[Path]:
        """Return the pictures below the folder that are not in ``used``."""
        known = {path.resolve() for path in used}  # some paths lead through another folder
        return [
            path
            for paths in self._list_by_name().values()
            for path in paths
            if path.resolve() not in known
        ]


def _count_common_end(path: Path, parts: list[str]) -> int:
    pairs = zip(reversed(path.parts), reversed(parts), strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), len(parts))
