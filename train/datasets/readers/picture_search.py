"""Find the picture that an annotation file names, wherever an export put it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

from train.datasets.names import compose, fold
from train.datasets.photograph import SUFFIXES, is_hidden

# Label Studio puts eight hexadecimal digits before the name of each uploaded file.
_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)")
_TOPS: tuple[tuple[str, ...], ...] = ((), ("images",))  # folders that paths begin in


class NotFoundError(Exception):
    """No picture has the name, or several have; the message says which."""


def _loosen(name: str) -> str:
    """Return a name as upload servers keep it: without prefix, spaces and punctuation."""
    plain = re.sub(r"\s", "_", _UPLOAD.sub("", fold(name)))
    return re.sub(r"[^-\w.]", "", plain)


# Tried one after the other, and the first that finds anything decides.
_LIKENESSES: tuple[Callable[[str], str], ...] = (compose, fold, _loosen)
_STAGES = range(1 + len(_LIKENESSES))  # a path as written comes before them


def is_guess(name: str, photo: Path) -> bool:
    """Return whether a name matched without its punctuation, and no upload explains that."""
    named = [fold(parts[-1]) for parts in _list_forms(name) if parts]
    own = fold(photo.name.rpartition("\\")[2])
    return own not in named and not any(_UPLOAD.match(each) for each in (own, *named))


class PictureSearch:
    """Finds pictures below a folder by the names that annotation tools write.

    A name may be relative, absolute on another machine, with backslashes, percent-encoded, an
    address, in another case, with accents composed otherwise, or with the prefix of an upload. The
    picture is the file below the folder whose path has the longest common end with the name.
    Of names that are expected, the one most like a file's own has it, and the others do not.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self._below: list[dict[str, list[Path]]] | None = None
        self._stage_by_claimed: dict[Path, int] = {}

    def expect(self, names: Iterable[str], taken: Iterable[Path] = ()) -> None:
        """Keep each file for the name most like its own, before any is searched for.

        Args:
            names: all that will be searched for.
            taken: files that were found without a search.
        """
        self._stage_by_claimed.update((path.resolve(), 0) for path in taken)
        waiting = list(dict.fromkeys(names))
        for stage in _STAGES:
            waiting = [name for name in waiting if not self._claim(stage, name)]

    def _claim(self, stage: int, name: str) -> bool:
        try:
            found = self._find_at(stage, name)
        except NotFoundError:
            return True  # several match, and the search will say so
        if found is not None:
            self._stage_by_claimed.setdefault(found.resolve(), stage)
        return found is not None

    def find(self, name: str) -> Path:
        """Return the path of a picture.

        Raises:
            NotFoundError: no file below the folder has the name, or several match it equally.
        """
        if not any(_list_forms(name)):
            raise NotFoundError("names no picture")
        for stage in _STAGES:
            found = self._find_at(stage, name)
            if found is not None:
                return found
        raise NotFoundError(f"names {name}, and no such picture lies below {self.base}")

    def _find_at(self, stage: int, name: str) -> Path | None:
        """Return the picture at one stage, of those that no name claimed at an earlier one."""
        forms = [parts for parts in _list_forms(name) if parts]
        if stage == 0:
            directs = (self.base.joinpath(*top, *parts) for parts in forms for top in _TOPS)
            return next((direct for direct in directs if _is_file(direct)), None)
        likeness, by_name = _LIKENESSES[stage - 1], self._list_by_name()[stage - 1]
        for parts in forms:
            found = [
                path
                for path in by_name.get(likeness(parts[-1]), [])
                if self._stage_by_claimed.get(path.resolve(), stage) >= stage
            ]
            if found:
                return self._choose(name, found, [likeness(part) for part in parts], likeness)
        return None

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


def _list_forms(name: str) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(_split(form) for form in (name, unquote(name))))


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
