"""Photos to label: a folder of photos, or a data set whose masks need cleaning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from train.arrays import UInt8Array
from train.datasets.dataset import Dataset, Entry, shows_no_garment
from train.datasets.one_picture import BrokenPictureError
from train.datasets.photograph import read_photograph
from train.errors import UsageError

SUFFIXES = (".jpg", ".jpeg", ".png")


class UnreadableError(Exception):
    """A photo or its proposed mask cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo to label.

    Attributes:
        stem: unique name.
        path: file of the picture.
        teacher: file of the teacher's mask, or None.
        group: its group, which is never divided between splits.
        kind: what it shows.
    """

    stem: str
    path: Path
    teacher: Path | None
    group: str
    kind: str

    def read(self) -> UInt8Array:
        """Read the picture: uint8 (height, width, 3), RGB, turned as its EXIF says.

        Raises:
            UnreadableError: the file is no picture, or damaged.
        """
        try:
            return read_photograph(self.path).pixels
        except BrokenPictureError as error:
            raise UnreadableError(f"it {error}") from error

    def read_teacher(self, size: tuple[int, int]) -> UInt8Array | None:
        """Read the teacher's mask: uint8 (height, width), 0 to 255; None if there is no teacher.

        Args:
            size: height and width of the picture, which the mask must share.

        Raises:
            UnreadableError: the mask is missing, damaged or of another size.
        """
        if self.teacher is None:
            return None
        missing = not self.teacher.is_file()
        mask = None if missing else cv2.imread(str(self.teacher), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise UnreadableError(f"{self.teacher.name} is missing or not a readable mask")
        if mask.shape != size:
            raise UnreadableError(
                f"the picture is {size[1]}x{size[0]}, its mask {mask.shape[1]}x{mask.shape[0]}"
            )
        # Some teachers write zeros and ones.
        return np.asarray(mask * 255 if mask.max() == 1 else mask, np.uint8)


def list_folder_photos(
    folder: Path, *, labelled: list[Path], teacher: Path | None, kind: str
) -> list[Photo]:
    """Return the photos of a folder that have no label yet.

    Args:
        folder: folder of the photos.
        labelled: folders; a photo whose stem occurs in one of them, with any suffix, has a
            label and is left out.
        teacher: folder of the teacher's masks, STEM.png; or None.
        kind: what all photos show.

    Returns:
        The photos, sorted by name; each is a group of its own.

    Raises:
        UsageError: a folder is missing, no photo is left, or two photos have one stem.
    """
    for each in (folder, *labelled, *([teacher] if teacher else [])):
        if not each.is_dir():
            raise UsageError(f"{each} is not a folder: name an existing one")
    done = {path.stem for each in labelled for path in each.iterdir()}
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise UsageError(f"{folder} holds no picture (.jpg or .png)")
    left = [path for path in paths if path.stem not in done]
    if not left:
        raise UsageError(f"every photo of {folder} has a label already: there is nothing to do")
    stems: set[str] = set()
    for path in left:
        if path.stem in stems:
            raise UsageError(f"{folder} has two pictures named {path.stem}: rename one")
        stems.add(path.stem)
    return [
        Photo(path.stem, path, teacher / f"{path.stem}.png" if teacher else None, path.stem, kind)
        for path in left
    ]


def list_dataset_photos(dataset: Dataset, *, teacher: Path | None) -> list[Photo]:
    """Return the pictures of a data set to clean; its masks, or ``teacher``'s, are the proposals.

    Pictures for validation and pictures without garment are not cleaned.
    """
    return [
        Photo(
            entry.stem,
            dataset.path / entry.image,
            teacher / f"{entry.stem}.png" if teacher else dataset.path / entry.mask,
            entry.group,
            entry.kind,
        )
        for entry in dataset.entries
        if not stays_unchanged(entry)
    ]


def stays_unchanged(entry: Entry) -> bool:
    """Return whether cleaning leaves a picture alone, so that metrics stay comparable."""
    return entry.split != "train" or shows_no_garment(entry.kind)
