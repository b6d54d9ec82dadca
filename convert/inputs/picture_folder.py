"""Folders of pictures: a data set with masks, or any folder of photos."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert.arrays import BoolArray
from convert.errors import UsageError
from convert.inputs.decoding import open_picture
from convert.inputs.one_picture import guard_picture
from convert.json_file import read_json

FORMAT = "selvedge-dataset"
FORMAT_VERSION = 1
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo on disk.

    Attributes:
        image: path of the photo.
        mask: path of its garment mask, or None.
        split: ``train``, ``val`` or ``""`` where the folder does not say.
    """

    image: Path
    mask: Path | None = None
    split: str = ""


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """A named list of photos.

    Attributes:
        name: the data set's name, or the folder's.
        folder: where it lies.
        pictures: in a stable order.
    """

    name: str
    folder: Path
    pictures: tuple[Picture, ...]

    def hash_pictures(self) -> str:
        """Return one sha256 over the names and bytes of all photos."""
        digest = hashlib.sha256()
        for picture in self.pictures:
            digest.update(os.fsencode(picture.image.name))
            digest.update(hashlib.sha256(picture.image.read_bytes()).digest())
        return digest.hexdigest()


def open_folder(folder: Path) -> PictureFolder:
    """List the photos of a data set (``dataset.json`` in it) or of a plain folder.

    Args:
        folder: the folder; a plain one is searched at all depths.

    Returns:
        Its photos, at least one.

    Raises:
        UsageError: no such folder, no pictures in it, or a broken index.
    """
    if not folder.is_dir():
        raise UsageError(
            f"no folder of pictures at {folder}: name one, with --calibration where it is the "
            "default that is missing"
        )
    if (folder / "dataset.json").is_file():
        found = _read_dataset(folder)
    else:
        paths = sorted(path for path in folder.rglob("*") if _is_photo(path, folder))
        name = make_printable(folder.resolve().name)
        found = PictureFolder(name, folder, tuple(Picture(path) for path in paths))
    if not found.pictures:
        raise UsageError(
            f"{folder} has no pictures in it: put photos there ({', '.join(sorted(SUFFIXES))})"
        )
    return found


def _is_photo(path: Path, folder: Path) -> bool:
    """Return whether a file is a photo by its name, and none that a system keeps for itself."""
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def make_printable(name: str) -> str:
    """Return a file's name as text, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read_dataset(folder: Path) -> PictureFolder:
    try:
        record = read_json(folder / "dataset.json")
        if record["format"] != FORMAT or record["format_version"] > FORMAT_VERSION:
            raise UsageError(
                f"{folder} is a {record['format']} of version {record['format_version']} and this "
                f"Selvedge reads {FORMAT} up to version {FORMAT_VERSION}: update Selvedge here"
            )
        text = (folder / "index.csv").read_text("utf-8-sig")
        # Spreadsheets save semicolons or tabs where the language has the comma for decimals.
        separator = max(",;\t", key=text.partition("\n")[0].count)
        pictures = tuple(
            Picture(
                folder / row["image"],
                folder / row["mask"] if row.get("mask") else None,
                row.get("split") or "",
            )
            for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
        )
        name = str(record.get("name") or folder.name)
    except (OSError, ValueError, csv.Error, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"the data set {folder} cannot be read ({type(error).__name__}: {error}): write it "
            "again with `train import` or `train studio`"
        ) from error
    return PictureFolder(name, folder, pictures)


def read_mask(path: Path) -> BoolArray:
    """Read a garment mask as booleans, shape (height, width); values from 128 are garment.

    Raises:
        UsageError: the file is missing or no picture.
    """
    with guard_picture(path), open_picture(path, is_mask=True) as image:
        return np.asarray(np.asarray(image.convert("L")) >= 128)
