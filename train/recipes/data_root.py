"""What a recipe starts from: files and folders that somebody fetched, recognised by content."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from train.errors import UsageError


@dataclass(frozen=True, slots=True)
class DataEntry:
    """A file or folder of the data root.

    Attributes:
        name: in the recipe.
        path: where it lies; links are followed.
        files: of a folder, the files that are used by their paths below it; empty for a file.
        key: hash of the names and the content of all of them.
        is_thinned: whether files were left out.
    """

    name: str
    path: Path
    files: tuple[str, ...]
    key: str
    is_thinned: bool

    @property
    def link_name(self) -> str:
        """Its name beside a stage's output; commands know a file by its suffix."""
        return self.name if self.files else self.name + self.path.suffix


def open_entry(name: str, path: Path, limit: int | None) -> DataEntry:
    """Find a data entry.

    Args:
        name: in the recipe.
        path: a file or a folder.
        limit: files that are kept of each folder below it, spread over it; with each come those
            of the same stem in the other folders, so that photos keep their labels. A data set of
            our own form stays whole: its index names each file.

    Raises:
        UsageError: it is not there, or empty.
    """
    if path.is_file():
        return DataEntry(name, path, (), _hash([(path.name, path)]), is_thinned=False)
    if not path.is_dir():
        raise UsageError(f"{path} is missing, which the recipe calls {name}: fetch it first")
    found = sorted(
        (Path(folder) / file).relative_to(path).as_posix()
        for folder, _, files in os.walk(path, followlinks=True)
        for file in files
        if not file.startswith(".")
    )
    if not found:
        raise UsageError(f"{path} is empty, which the recipe calls {name}: fetch it first")
    files = found if limit is None or "dataset.json" in found else _thin(found, limit)
    key = _hash([(file, path / file) for file in files])
    return DataEntry(name, path, tuple(files), key, is_thinned=len(files) < len(found))


def place_entry(entry: DataEntry, folder: Path) -> Path:
    """Return the path of an entry, in ``folder`` as a folder of links where it was thinned."""
    if not entry.is_thinned:
        return entry.path.resolve()
    place = folder / entry.key
    if not place.is_dir():
        aside = folder / f".{entry.key}.part"
        shutil.rmtree(aside, ignore_errors=True)
        for file in entry.files:
            (aside / file).parent.mkdir(parents=True, exist_ok=True)
            (aside / file).symlink_to((entry.path / file).resolve())
        aside.replace(place)
    return place.resolve()


def _thin(files: list[str], limit: int) -> list[str]:
    """Keep ``limit`` stems of each folder, and all that share one; the top folder stays whole."""
    stems: dict[str, list[str]] = {}
    for file in files:
        folder, _, _ = file.rpartition("/")
        stems.setdefault(folder, []).append(Path(file).stem)
    kept = {
        each[place * len(each) // limit] if len(each) > limit else each[place]
        for folder, each in stems.items()
        if folder
        for place in range(min(limit, len(each)))
    }
    return [file for file in files if "/" not in file or Path(file).stem in kept]


def _hash(files: list[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()[:12]
