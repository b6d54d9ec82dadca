"""Finding the picture that an annotation file means, wherever an export put it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

from train.datasets.photograph import SUFFIXES, is_hidden


class NotFoundError(Exception):
    """No picture, or several, have that name; the message says which."""


class PictureSearch:
    """The pictures below a folder, found by the names that annotation tools write.

    Names may be relative, absolute on another machine, with backslashes, or addresses: what
    counts is the file below the folder whose path agrees with the name from its end.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self._below: dict[str, list[Path]] | None = None

    def find(self, name: str) -> Path:
        """Return the picture's path.

        Raises:
            NotFoundError: no file below the folder has that name, or several may be meant.
        """
        # Label Studio names files of its storage as /data/local-files/?d=folder/name.jpg.
        plain = unquote(name.rpartition("?d=")[2]).replace("\\", "/")
        parts = [part for part in plain.split("/") if part not in ("", ".", "..")]
        if not parts:
            raise NotFoundError("names no picture")
        for direct in (self.base.joinpath(*parts), self.base.joinpath("images", *parts)):
            if direct.is_file():
                return direct
        alike = self._index().get(parts[-1], [])
        agreeing = [(_common_end(path, parts), path) for path in alike]
        best = max((count for count, _ in agreeing), default=0)
        chosen = [path for count, path in agreeing if count == best]
        if not chosen:
            raise NotFoundError(f"names {name}, and no such picture lies below {self.base}")
        if len(chosen) > 1:
            shown = " and ".join(str(path) for path in chosen[:2])
            raise NotFoundError(f"names {name}, which may be {shown}")
        return chosen[0]

    def _index(self) -> dict[str, list[Path]]:
        if self._below is None:
            self._below = defaultdict(list)
            for path in sorted(self.base.rglob("*")):
                if path.suffix.lower() in SUFFIXES and not is_hidden(path, self.base):
                    self._below[path.name].append(path)
        return self._below

    def unused(self, used: set[Path]) -> list[Path]:
        """Return the pictures below the folder that are not in ``used``."""
        known = {path.resolve() for path in used}  # some were found by way of another folder
        return [
            path
            for paths in self._index().values()
            for path in paths
            if path.resolve() not in known
        ]


def _common_end(path: Path, parts: list[str]) -> int:
    pairs = zip(reversed(path.parts), reversed(parts), strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), len(parts))
