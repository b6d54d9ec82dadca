"""Files by their names below a folder: as written, else in any case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from train.datasets.labelled_picture import make_key
from train.datasets.names import fold


class NameTable:
    """Finds files by their names below a folder, without suffix."""

    def __init__(self, paths: Iterable[Path], base: Path) -> None:
        """Take the files in order; of two with one name the first counts."""
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
