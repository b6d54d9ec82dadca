"""Import a foreign data set: note every fault, then write the whole data set or nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from train.datasets.dataset import BARE, Entry, assign_split, write_index
from train.datasets.duplicate_groups import DuplicateGroups
from train.datasets.faults import Faults
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture
from train.datasets.near_duplicates import hash_picture
from train.datasets.photograph import (
    BrokenPictureError,
    Photograph,
    encode_picture,
    read_photograph,
    turn_upright,
)
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


class _Importer:
    """One import in progress."""

    def __init__(self, folder: Path, options: ImportOptions, faults: Faults) -> None:
        self._folder = folder
        self._options = options
        self._faults = faults
        self._duplicates = DuplicateGroups()
        self._file_by_stem: dict[str, str] = {}

    def import_all(self, foreign: ForeignDataset) -> list[Entry]:
        """Import every picture; return the entries with their splits."""
        entries: list[Entry] = []
        with Progress("import", foreign.total) as progress:
            for item in foreign.pictures:
                entry = self._import_one(item)
                if entry:
                    entries.append(entry)
                progress.step()
        return self._assign_splits(entries)

    def _import_one(self, item: LabelledPicture) -> Entry | None:
        if item.stem in self._file_by_stem:
            first = self._file_by_stem[item.stem]
            twice = f"has the name {item.stem} of {first}" if first != item.file else "comes twice"
            self._faults.add(item.file, twice, "left out: rename one, or list it once")
            return None
        self._file_by_stem[item.stem] = item.file
        try:
            photo = read_photograph(item.photo)
        except BrokenPictureError as error:
            self._faults.add(item.file, str(error), "left out: fetch or export it again")
            return None
        fitted = self._fit_labels(item, photo)
        if fitted is None:
            return None
        if photo.remark:
            fix = "save it as RGB to decide that"
            self._faults.add(item.file, photo.remark, fix, harmful=False)
        self._duplicates.add(hash_picture(photo.pixels), fitted.group)
        return self._write(fitted, photo)

    def _fit_labels(self, item: LabelledPicture, photo: Photograph) -> LabelledPicture | None:
        """Return the picture with its labels upright, or None if they do not fit the photo."""
        item = self._turn_labels(item, photo)
        for labels, what in ((item.mask, "mask"), (item.body, "body mask")):
            if labels is not None and labels.shape != photo.size:
                self._faults.add(
                    item.file,
                    f"is {photo.size[1]}x{photo.size[0]}, its {what} "
                    f"{labels.shape[1]}x{labels.shape[0]}",
                    "left out: export picture and mask in one size",
                )
                return None
        if not (item.mask >= 128).any():
            if self._options.allow_empty:
                return replace(item, kind=BARE)
            self._faults.add(
                item.file,
                "has an empty mask: no garment in it",
                "left out: label the garment, or use --allow-empty where none is meant",
            )
            return None
        return item

    def _turn_labels(self, item: LabelledPicture, photo: Photograph) -> LabelledPicture:
        """Turn labels upright that were drawn on the pixels as stored."""
        if photo.orientation == 1:
            return item
        fault = f"is stored turned (EXIF orientation {photo.orientation})"
        size = item.mask.shape
        if size == photo.stored_size != photo.size:
            self._faults.add(
                item.file,
                f"{fault} and its mask was drawn on the unturned picture",
                "picture and mask were both turned upright",
                harmful=False,
            )
            mask, body = (
                None
                if labels is None
                else np.asarray(turn_upright(labels, photo.orientation), np.uint8)
                for labels in (item.mask, item.body)
            )
            assert mask is not None  # noqa: S101 - item.mask is never None; mypy cannot see it
            return replace(item, mask=mask, body=body)
        if size == photo.size == photo.stored_size:
            fix = "the picture was turned upright, its mask taken for upright: look whether it fits"
        else:
            fix = "the picture was turned upright, as its mask is"
        self._faults.add(item.file, fault, fix, harmful=False)
        return item

    def _write(self, item: LabelledPicture, photo: Photograph) -> Entry:
        image, mask = f"images/{item.stem}{photo.suffix}", f"masks/{item.stem}.png"
        body = f"body/{item.stem}.png" if item.body is not None else ""
        content = photo.content
        if content is None:
            content = encode_picture(photo.pixels, photo.suffix)
        self._write_file(image, content)
        self._write_file(mask, _encode_png(item.mask))
        if item.body is not None:
            # A garment hides the body under it.
            self._write_file(body, _encode_png(np.where(item.mask >= 128, 0, item.body)))
        return Entry(item.stem, image, mask, body, "", item.group, item.kind)

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


def _encode_png(labels: npt.NDArray[np.generic]) -> bytes:
    done, encoded = cv2.imencode(".png", labels.astype(np.uint8))
    if not done:
        raise WorkError(f"a mask of {labels.shape} pixels cannot be encoded as PNG")
    return encoded.tobytes()
