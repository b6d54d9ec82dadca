"""Import a foreign data set: note every fault, then write the whole data set or nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from train.datasets.dataset import Entry, assign_split, write_index
from train.datasets.duplicate_groups import DuplicateGroups
from train.datasets.faults import Faults
from train.datasets.inverted_masks import InvertedMasks, looks_inverted
from train.datasets.label_fitting import fit_labels
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, UnreadPicture
from train.datasets.names import fold
from train.datasets.near_duplicates import PerceptualHash, hash_picture
from train.datasets.one_picture import BrokenPictureError, LeftOutError, guard_picture
from train.datasets.photograph import read_photograph
from train.datasets.stored_picture import encode_files
from train.errors import UsageError, WorkError
from train.progress import Progress


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import a data set.

    Attributes:
        name: short name of the data set.
        source: origin of the pictures.
        licence: licence of pictures and masks.
        command: the command line, kept in dataset.json.
        val_share: share of the groups kept apart for validation, 0 to below 1.
        seed: seed of the split.
        strict: whether any fault, even one that was fixed, refuses the whole data set.
        allow_empty: whether to keep a picture without garment, as kind ``bare``.
    """

    name: str
    source: str
    licence: str
    command: str
    val_share: float
    seed: int
    strict: bool = False
    allow_empty: bool = False


def import_dataset(
    out: Path, foreign: ForeignDataset, options: ImportOptions, faults: Faults
) -> list[Entry]:
    """Write a data set, with faults.csv beside its index.

    Everything is written into a temporary folder and moved to ``out`` at the end.

    Args:
        out: folder to create; it may exist if it is empty.
        foreign: the pictures to import.
        options: how to import them.
        faults: faults that the reader found; faults found here are appended.

    Returns:
        The entries that were written.

    Raises:
        UsageError: ``out`` is not empty, or nothing could be imported.
        WorkError: ``options.strict``, and there are faults. Nothing is left on disk.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty: name a new folder or remove it first")
    if not out.name or out.name == "..":
        raise UsageError(f"{out} cannot be made anew: name a new folder")
    partial = out.with_name(f".{out.name}.part")
    shutil.rmtree(partial, ignore_errors=True)  # left by an import that was killed
    try:
        entries = _Importer(partial, options, faults).import_all(foreign)
        if not entries:
            raise UsageError(f"nothing to import into {out}: every picture was left out")
        if options.strict and len(faults):
            raise WorkError(f"{len(faults)} faults, and --strict allows none: nothing was written")
        os.sync()  # once for all pictures: one fsync a picture took longer than reading it
        faults.write(partial / "faults.csv")
        write_index(
            partial, entries, name=options.name, source=options.source, licence=options.licence,
            command=options.command, seed=options.seed,
        )  # fmt: skip
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return entries


@dataclass(frozen=True, slots=True)
class _Made:
    """What one picture becomes, before anything of it is written."""

    entry: Entry
    files: dict[str, bytes]
    hash: PerceptualHash
    is_inverted: bool


class _Importer:
    """One import in progress."""

    def __init__(self, folder: Path, options: ImportOptions, faults: Faults) -> None:
        self._folder = folder
        self._options = options
        self._faults = faults
        self._duplicates = DuplicateGroups()
        self._rims = InvertedMasks()
        self._file_by_stem: dict[str, str] = {}
        self._stem_by_folded: dict[str, str] = {}

    def import_all(self, foreign: ForeignDataset) -> list[Entry]:
        """Import every picture; return the entries with their splits."""
        entries: list[Entry] = []
        with Progress("import", foreign.total) as progress:
            for item in foreign.pictures:
                entry = self._import_one(item)
                if entry:
                    entries.append(entry)
                progress.step()
        self._rims.report(self._options.name, self._faults)
        return self._assign_splits(entries)

    def _import_one(self, item: UnreadPicture) -> Entry | None:
        try:
            with guard_picture():
                made = self._make_files(item.read())
        except LeftOutError as error:
            self._faults.add(error.file, error.fault, error.fix)
            return None
        except BrokenPictureError as error:
            fix = "left out: fetch or export it again"
            self._faults.add(error.file or item.file, str(error), fix, unreadable=True)
            return None
        if (self._folder / made.entry.image).exists():
            fault = "has a name that this disk takes for another's"
            self._faults.add(item.file, fault, "left out: rename one", unreadable=True)
            return None
        for path, content in made.files.items():
            self._write_file(path, content)
        self._duplicates.add(made.hash, made.entry.group)
        self._rims.add(made.is_inverted)
        return made.entry

    def _make_files(self, item: LabelledPicture) -> _Made:
        """Fit a picture and its labels together; nothing is written yet."""
        self._refuse_second(item)
        try:
            photo = read_photograph(item.photo)
        except BrokenPictureError as error:
            raise BrokenPictureError(str(error), item.file) from error
        fitted = fit_labels(item, photo, self._faults, allow_empty=self._options.allow_empty)
        if photo.remark:
            fix = "save it as RGB to decide that"
            self._faults.add(item.file, photo.remark, fix, harmful=False)
        entry, files = encode_files(fitted, photo)
        self._note_stem(item)
        return _Made(entry, files, hash_picture(photo.pixels), looks_inverted(fitted.mask))

    def _refuse_second(self, item: LabelledPicture) -> None:
        """Refuse a stem that another picture has.

        Raises:
            LeftOutError: it was used before.
        """
        first = self._file_by_stem.get(item.stem)
        if first is not None:
            twice = f"has the name {item.stem} of {first}" if first != item.file else "comes twice"
            raise LeftOutError(item.file, twice, "left out: rename one, or list it once")

    def _note_stem(self, item: LabelledPicture) -> None:
        """Note a stem as used, by a picture that could be: one left out takes no name."""
        self._file_by_stem[item.stem] = item.file
        other = self._stem_by_folded.setdefault(fold(item.stem), item.stem)
        if other != item.stem:
            fault = f"has a name that differs from {other} in case alone"
            fix = "rename one before the data set is copied to Windows or macOS"
            self._faults.add(item.file, fault, fix, harmful=False)

    def _write_file(self, path: str, content: bytes) -> None:
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / path).write_bytes(content)

    def _assign_splits(self, entries: list[Entry]) -> list[Entry]:
        """Merge groups that share a picture, note that, and give each group a split."""
        for pair in self._duplicates.pairs:
            earlier, later = (
                self._file_by_stem[entries[number].stem] for number in (pair.earlier, pair.later)
            )
            self._faults.add(
                later,
                f"shows the same as {earlier}, a picture of another group",
                "their groups were made one: remove one picture, or name one group for both",
                harmful=False,
            )
        seed, val_share = self._options.seed, self._options.val_share
        assigned = []
        for entry in entries:
            group = self._duplicates.find_group(entry.group)
            split = assign_split(group, seed=seed, val_share=val_share)
            assigned.append(replace(entry, group=group, split=split))
        return assigned
