"""The project's own data set format on disk: pictures, garment masks, one index.

DATASET/dataset.json says what it is and under which licence; DATASET/index.csv has one row per
picture; images/, masks/ and body/ hold the pixels. A mask is 8-bit: 128 and above is garment.
``body`` marks skin, hair or mannequin, where a garment mask must not leak.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from train.arrays import UInt8Array
from train.atomic_file import write_atomically, write_json
from train.datasets.csv_rows import read_rows
from train.errors import UsageError
from train.json_file import read_json

FORMAT = "selvedge-dataset"
FORMAT_VERSION = 1
BARE = "bare"  # kind of a picture that shows no garment on purpose
_WITHOUT_GARMENT = (BARE, "undressed", "empty-set")  # the studio names two kinds of its own
COLUMNS = ("stem", "image", "mask", "body", "split", "group", "kind")


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a data set.

    Attributes:
        stem: unique name.
        image: path of the picture, relative to the data set.
        mask: path of the garment mask, relative.
        body: path of the mask of skin, hair and mannequin, relative, or "" when unknown.
        split: ``train`` or ``val``.
        group: pictures of one garment, sender or scene; a group is never divided between splits.
        kind: what the picture shows, for tables.
    """

    stem: str
    image: str
    mask: str
    body: str
    split: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set on disk.

    Attributes:
        path: its folder.
        name: short name for tables.
        source: origin of the pictures, for the model card.
        licence: licence of the pictures and masks.
        entries: the pictures in index order.
    """

    path: Path
    name: str
    source: str
    licence: str
    entries: tuple[Entry, ...]

    def select(self, split: str) -> tuple[Entry, ...]:
        """Return the entries of a split: ``train``, ``val``, or ``all`` for both."""
        return tuple(entry for entry in self.entries if split in (entry.split, "all"))

    def take(self, limit: int | None) -> Dataset:
        """Return at most ``limit`` pictures of each split, spread over it; None keeps all."""
        if limit is None:
            return self
        kept = {
            entry for split in ("train", "val") for entry in take_evenly(self.select(split), limit)
        }
        return replace(self, entries=tuple(entry for entry in self.entries if entry in kept))

    def read_image(self, entry: Entry) -> UInt8Array:
        """Read a picture: uint8 (height, width, 3), RGB."""
        picture = _read_pixels(self.path / entry.image, cv2.IMREAD_COLOR)
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)

    def read_mask(self, entry: Entry) -> UInt8Array:
        """Read a garment mask: uint8 (height, width), 0 to 255."""
        return _read_pixels(self.path / entry.mask, cv2.IMREAD_GRAYSCALE)

    def read_body(self, entry: Entry) -> UInt8Array | None:
        """Read the mask of skin, hair and mannequin: uint8 (height, width); None if unknown."""
        return _read_pixels(self.path / entry.body, cv2.IMREAD_GRAYSCALE) if entry.body else None


def shows_no_garment(kind: str) -> bool:
    """Return whether pictures of a kind show no garment on purpose: their masks are empty."""
    return kind in _WITHOUT_GARMENT


def take_evenly(entries: tuple[Entry, ...], limit: int | None) -> list[Entry]:
    """Take at most ``limit`` entries, spread over the whole set."""
    if limit is None or limit >= len(entries):
        return list(entries)
    return [entries[place * len(entries) // limit] for place in range(limit)]


def _read_pixels(path: Path, flags: int) -> UInt8Array:
    if not path.is_file():
        raise UsageError(f"{path} is in the index but not on disk: import the data set again")
    # By its bytes: OpenCV takes no path that is no text.
    content = np.frombuffer(path.read_bytes(), np.uint8)
    picture = cv2.imdecode(content, flags) if content.size else None
    if picture is None:
        raise UsageError(f"{path} is not a readable picture: replace it or take it from the index")
    return np.asarray(picture, np.uint8)


def load_dataset(path: Path) -> Dataset:
    """Open a data set.

    Raises:
        UsageError: the folder is not a data set, is damaged, or has a newer format.
    """
    about, index = path / "dataset.json", path / "index.csv"
    if not about.is_file() or not index.is_file():
        raise UsageError(
            f"{path} is not a data set: it has no dataset.json and index.csv (see train import)"
        )
    try:
        meta: dict[str, Any] = read_json(about)
        name, source, licence = str(meta["name"]), str(meta["source"]), str(meta["licence"])
        entries = tuple(Entry(*(row[column] for column in COLUMNS)) for row in read_rows(index))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} has a damaged dataset.json or index.csv ({error}): import it again"
        ) from error
    if meta.get("format") != FORMAT or meta.get("format_version", 0) > FORMAT_VERSION:
        raise UsageError(f"{about} is not a data set of this version: import it again")
    if not entries:
        raise UsageError(f"{index} lists no picture: import some first")
    return Dataset(path, name, source, licence, entries)


def assign_split(group: str, *, seed: int, val_share: float) -> str:
    """Assign a group to ``train`` or ``val``; the result depends on the arguments alone.

    Args:
        group: name of the group.
        seed: seed of the split.
        val_share: share of the groups that go to ``val``, 0 to 1.
    """
    digest = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    return "val" if int.from_bytes(digest[:8], "big") / 2**64 < val_share else "train"


def write_picture(path: Path, picture: UInt8Array) -> None:
    """Write a picture, RGB or 8-bit grey, atomically in the format of its suffix."""
    ordered = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, encoded = cv2.imencode(path.suffix, ordered)
    if not done:
        raise UsageError(f"{path} cannot be encoded: use .png or .jpg")
    write_atomically(path, encoded.tobytes())


def write_index(
    path: Path,
    entries: list[Entry],
    *,
    name: str,
    source: str,
    licence: str,
    command: str,
    seed: int | None,
) -> None:
    """Write dataset.json, then index.csv, whose presence marks the data set as complete."""
    about = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": name,
        "source": source,
        "licence": licence,
        "command": command,
        "seed": seed,
    }
    write_json(path / "dataset.json", about)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(entry, column) for column in COLUMNS] for entry in entries)
    write_atomically(path / "index.csv", text.getvalue().encode())
