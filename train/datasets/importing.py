"""Taking pictures in: every fault found, then the neutral form written whole or not at all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from train.datasets.dataset import BARE, Entry, split_of, write_index
from train.datasets.faults import Faults
from train.datasets.labelled_picture import Labelled, Reading
from train.datasets.near_duplicates import hash_picture
from train.datasets.photograph import (
    BrokenPictureError,
    Photograph,
    encode,
    read_photograph,
    upright,
)
from train.datasets.repeats import Repeats
from train.errors import UsageError, WorkError
from train.progress import Progress


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms pictures are taken in.

    Attributes:
        name: the set's short name.
        source: where it comes from.
        licence: of pictures and masks.
        command: what was typed, kept in dataset.json.
        val_share: share of the groups kept apart for validation, 0 to below 1.
        seed: of the split.
        strict: whether any fault, even one that was mended, refuses the whole set.
        allow_empty: whether a picture without garment is meant, and kept as kind ``bare``.
    """

    name: str
    source: str
    licence: str
    command: str
    val_share: float
    seed: int
    strict: bool = False
    allow_empty: bool = False


def import_into(out: Path, reading: Reading, terms: Terms, faults: Faults) -> list[Entry]:
    """Write a data set in the neutral form, and faults.csv beside its index.

    Everything is written aside and moved to ``out`` at the end.

    Args:
        out: folder to make; it may exist if it is empty.
        reading: the pictures.
        terms: on which terms.
        faults: those of the reader; those found here are added.

    Raises:
        UsageError: ``out`` holds something already, or nothing could be imported.
        WorkError: ``terms.strict``, and there are faults. Nothing is left on disk.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty: name a new folder or remove it first")
    if not out.name or out.name == "..":
        raise UsageError(f"{out} cannot be made anew: name a new folder")
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)  # of an import that was killed
    try:
        entries = _Intake(aside, terms, faults).take(reading)
        if not entries:
            raise UsageError(f"nothing to import into {out}: every picture was left out")
        if terms.strict and len(faults):
            raise WorkError(f"{len(faults)} faults, and --strict allows none: nothing was written")
        os.sync()  # once for all pictures; waiting for each took longer than reading them
        faults.write(aside / "faults.csv")
        write_index(
            aside, entries, name=terms.name, source=terms.source, licence=terms.licence,
            command=terms.command, seed=terms.seed,
        )  # fmt: skip
        aside.replace(out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return entries


class _Intake:
    """One import under way."""

    def __init__(self, out: Path, terms: Terms, faults: Faults) -> None:
        self._out = out
        self._terms = terms
        self._faults = faults
        self._repeats = Repeats()
        self._file_of_stem: dict[str, str] = {}

    def take(self, reading: Reading) -> list[Entry]:
        """Take every picture in; return the entries with their splits."""
        taken: list[Entry] = []
        progress = Progress("import", reading.total)
        for item in reading.pictures:
            entry = self._take(item)
            if entry:
                taken.append(entry)
            progress.step()
        progress.close()
        return self._split(taken)

    def _take(self, item: Labelled) -> Entry | None:
        if item.stem in self._file_of_stem:
            first = self._file_of_stem[item.stem]
            twice = f"has the name {item.stem} of {first}" if first != item.file else "comes twice"
            self._faults.add(item.file, twice, "left out: rename one, or list it once")
            return None
        self._file_of_stem[item.stem] = item.file
        try:
            photo = read_photograph(item.photo)
        except BrokenPictureError as error:
            self._faults.add(item.file, str(error), "left out: fetch or export it again")
            return None
        fitted = self._fitted(item, photo)
        if fitted is None:
            return None
        if photo.remark:
            self._faults.add(item.file, photo.remark, "save it as RGB to decide that", hurts=False)
        self._repeats.add(hash_picture(photo.pixels), fitted.group)
        return self._write(fitted, photo)

    def _fitted(self, item: Labelled, photo: Photograph) -> Labelled | None:
        """Return the labels turned as the photo is, or None if they are none of it."""
        item = self._turned(item, photo)
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
            if self._terms.allow_empty:
                return replace(item, kind=BARE)
            self._faults.add(
                item.file,
                "has an empty mask: no garment in it",
                "left out: label the garment, or use --allow-empty where none is meant",
            )
            return None
        return item

    def _turned(self, item: Labelled, photo: Photograph) -> Labelled:
        if photo.orientation == 1:
            return item
        turn = f"is stored turned (EXIF orientation {photo.orientation})"
        size = item.mask.shape
        if size == photo.stored_size != photo.size:
            self._faults.add(
                item.file,
                f"{turn} and its mask was drawn on the unturned picture",
                "picture and mask were both turned upright",
                hurts=False,
            )
            mask, body = (
                None if labels is None else np.asarray(upright(labels, photo.orientation), np.uint8)
                for labels in (item.mask, item.body)
            )
            assert mask is not None  # noqa: S101 - item.mask is never None; mypy cannot see it
            return replace(item, mask=mask, body=body)
        if size == photo.size == photo.stored_size:
            mend = (
                "the picture was turned upright, its mask taken for upright: look whether it fits"
            )
        else:
            mend = "the picture was turned upright, as its mask is"
        self._faults.add(item.file, turn, mend, hurts=False)
        return item

    def _write(self, item: Labelled, photo: Photograph) -> Entry:
        image, mask = f"images/{item.stem}{photo.suffix}", f"masks/{item.stem}.png"
        body = f"body/{item.stem}.png" if item.body is not None else ""
        content = photo.content
        if content is None:
            content = encode(photo.pixels, photo.suffix)
        self._put(image, content)
        self._put(mask, _png(item.mask))
        if item.body is not None:
            # Where a garment is drawn over the body, the garment is what one sees.
            self._put(body, _png(np.where(item.mask >= 128, 0, item.body)))
        return Entry(item.stem, image, mask, body, "", item.group, item.kind)

    def _put(self, path: str, content: bytes) -> None:
        (self._out / path).parent.mkdir(parents=True, exist_ok=True)
        (self._out / path).write_bytes(content)

    def _split(self, taken: list[Entry]) -> list[Entry]:
        for repeat in self._repeats.found:
            one, other = taken[repeat.one], taken[repeat.other]
            self._faults.add(
                self._file_of_stem[other.stem],
                f"shows the same as {self._file_of_stem[one.stem]}, a picture of another group",
                "their groups were made one: remove one picture, or name one group for both",
                hurts=False,
            )
        split = []
        for entry in taken:
            group = self._repeats.group_of(entry.group)
            part = split_of(group, seed=self._terms.seed, val_share=self._terms.val_share)
            split.append(replace(entry, group=group, split=part))
        return split


def _png(labels: npt.NDArray[np.generic]) -> bytes:
    done, encoded = cv2.imencode(".png", labels.astype(np.uint8))
    if not done:
        raise WorkError(f"a mask of {labels.shape} pixels cannot be encoded as PNG")
    return encoded.tobytes()
