"""Files by their names below a folder: as written, else in any case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from train.datasets.labelled_picture import make_key
from train.datasets.names import fold


class NameTable:
    """Finds files by their names below a folder, without suffix."""

    def __init__(self, paths: Iterable[Path], base: Path) -> None:
        """Take the files in order; of two with one name the first counts."""
        self.base = base
        self.by_name: dict[str, Path] = {}
        self.second: list[Path] = []
        self._folded: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            name = make_key(path, base)
            if self.by_name.setdefault(name, path) != path:
                self.second.append(path)
            else:
                self._folded[fold(name)].append(path)

    def find(self, *names: str) -> Path | None:
        """Return the file of the first name that has one; in another case if only one has it."""
        for name in names:
            if name in self.by_name:
                return self.by_name[name]
        for name in names:
            found = self._folded.get(fold(name), [])
            if len(found) == 1:
                return found[0]
        return None

    def pair(self, wanted: Mapping[Path, Sequence[str]]) -> dict[Path, Path]:
        """Return the file of each that has one.

        Names as written come first. Those in another case share what is left, and a file that
        two of them could mean belongs to neither.

        Args:
            wanted: the names that each may have, the best first.
        """
        paired = {}
        for each, names in wanted.items():
            exact = next((self.by_name[name] for name in names if name in self.by_name), None)
            if exact is not None:
                paired[each] = exact
        taken = set(paired.values())
        likely = {}
        claims: dict[Path, set[str]] = defaultdict(set)
        for each, names in wanted.items():
            for name in names if each not in paired else ():
                left = [path for path in self._folded.get(fold(name), []) if path not in taken]
                if len(left) == 1:
                    likely[each] = left[0]
                    claims[left[0]].add(name)
                    break
        return paired | {each: path for each, path in likely.items() if len(claims[path]) == 1}
