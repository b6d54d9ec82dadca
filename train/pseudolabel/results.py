"""What a run leaves: a data set of the accepted photos, a report, contact sheets."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from train.arrays import UInt8Array
from train.atomic_file import write_atomically, write_json
from train.datasets.dataset import Dataset, Entry, write_index, write_picture
from train.errors import WorkError
from train.pseudolabel.acceptance import Figures, Limits, find_refusal
from train.pseudolabel.contact_sheet import COLUMNS, ROWS, tile, write_sheets
from train.pseudolabel.journal import Journal
from train.pseudolabel.photos import Photo, kept_as_it_is

FIGURES = tuple(Figures.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All photos, judged.

    Attributes:
        accepted: photos whose mask may be trained on.
        refused: photos set aside, each with the reason.
        journal: what was found of them.
    """

    accepted: list[Photo]
    refused: list[tuple[Photo, str]]
    journal: Journal

    @property
    def reasons(self) -> dict[str, int]:
        """How many were refused for which reason, commonest first."""
        return dict(Counter(reason for _, reason in self.refused).most_common())


def judge(photos: list[Photo], journal: Journal, limits: Limits) -> Verdicts:
    """Judge every photo by its figures."""
    accepted: list[Photo] = []
    refused: list[tuple[Photo, str]] = []
    for photo in photos:
        figures = journal.figures.get(photo.stem)
        reason = find_refusal(figures, limits) if figures else journal.faults[photo.stem]
        if reason:
            refused.append((photo, reason))
        else:
            accepted.append(photo)
    return Verdicts(accepted, refused, journal)


def _copy(source: Path, target: Path) -> None:
    write_atomically(target, source.read_bytes())


def _write_below_top(photo: Photo, mask_path: Path, image: Path, mask: Path) -> None:
    """Write photo and mask from the garment's topmost row down."""
    garment = cv2.imread(str(mask_path), cv2.IMREAD_GRAYSCALE)
    picture = photo.read()
    # Fewer are a stray thread, not a shoulder.
    rows = np.flatnonzero((garment >= 128).sum(axis=1) >= 3)
    top = int(rows[0]) if len(rows) else 0
    write_picture(image, picture[top:])
    write_picture(mask, np.asarray(garment[top:], np.uint8))


def write_dataset(
    out: Path,
    verdicts: Verdicts,
    dataset: Dataset | None,
    *,
    about: dict[str, Any],
    crop_above: bool = False,
) -> list[Entry]:
    """Write the accepted photos as a data set in the neutral form.

    Args:
        out: its folder.
        verdicts: all photos, judged.
        dataset: the data set that was cleaned, of which the pictures kept apart and all bodies
            are copied as they are; None for a folder of photos.
        about: name, source, licence and command.
        crop_above: whether to cut what is above each garment off, so that headwear which the
            proposer is blind to is not taught as background. Not with a data set.

    Raises:
        WorkError: no photo was accepted.
    """
    # From here until the index is written again the folder is no data set.
    (out / "index.csv").unlink(missing_ok=True)
    for name in ("images", "masks", "body"):
        shutil.rmtree(out / name, ignore_errors=True)
    if not verdicts.accepted:
        raise WorkError(
            f"none of {len(verdicts.refused)} photos was accepted: see {out / 'refused.csv'}"
        )
    bodies = {entry.stem: entry.body for entry in dataset.entries} if dataset else {}
    entries = []
    for photo in verdicts.accepted:
        image = f"images/{photo.stem}{photo.path.suffix.lower()}"
        mask, body = f"masks/{photo.stem}.png", bodies.get(photo.stem, "")
        made = verdicts.journal.mask_path(photo.stem)
        if crop_above:
            image = f"images/{photo.stem}.png"
            _write_below_top(photo, made, out / image, out / mask)
        else:
            _copy(photo.path, out / image)
            _copy(made, out / mask)
        if body and dataset:
            _copy(dataset.path / body, out / body)
        entries.append(Entry(photo.stem, image, mask, body, "train", photo.group, photo.kind))
    if dataset:
        entries += _copy_kept(dataset, out)
    entries.sort(key=lambda entry: entry.stem)
    write_index(out, entries, seed=None, **about)
    return entries


def _copy_kept(dataset: Dataset, out: Path) -> list[Entry]:
    kept = [entry for entry in dataset.entries if kept_as_it_is(entry)]
    for entry in kept:
        for path in filter(None, (entry.image, entry.mask, entry.body)):
            _copy(dataset.path / path, out / path)
    return kept


def write_report(out: Path, verdicts: Verdicts, limits: Limits, settings: dict[str, Any]) -> None:
    """Write report.json and refused.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("stem", "reason", *FIGURES))
    for photo, reason in verdicts.refused:
        figures = verdicts.journal.figures.get(photo.stem)
        values = [getattr(figures, name, None) for name in FIGURES]
        rounded = ["" if value is None else round(value, 4) for value in values]
        writer.writerow((photo.stem, reason, *rounded))
    write_atomically(out / "refused.csv", text.getvalue().encode())
    report = {
        "photos": len(verdicts.accepted) + len(verdicts.refused),
        "accepted": len(verdicts.accepted),
        "refused": len(verdicts.refused),
        "reasons": verdicts.reasons,
        "limits": asdict(limits),
        "accepted_median": _medians(verdicts, verdicts.accepted),
        "refused_median": _medians(verdicts, [photo for photo, _ in verdicts.refused]),
        "settings": settings,
    }
    write_json(out / "report.json", report)


def _medians(verdicts: Verdicts, photos: list[Photo]) -> dict[str, float]:
    known = verdicts.journal.figures
    measured = [known[photo.stem] for photo in photos if photo.stem in known]
    medians = {}
    for name in FIGURES:
        values = [value for each in measured if (value := getattr(each, name)) is not None]
        if values:
            medians[name] = round(float(np.median(values)), 4)
    return medians


def write_contact_sheets(out: Path, verdicts: Verdicts, *, limit: int) -> list[Path]:
    """Draw accepted-NN.jpg and refused-NN.jpg, at most ``limit`` of each, spread evenly."""
    room = limit * COLUMNS * ROWS
    accepted = _tiles([(photo, "") for photo in _spread(verdicts.accepted, room)], verdicts)
    refused = _tiles(_spread(verdicts.refused, room), verdicts)
    return [
        *write_sheets(out, "accepted", accepted, limit=limit),
        *write_sheets(out, "refused", refused, limit=limit),
    ]


def _spread(items: list[Any], room: int) -> list[Any]:
    if len(items) <= room:
        return items
    return [items[place * len(items) // room] for place in range(room)]


def _tiles(photos: list[tuple[Photo, str]], verdicts: Verdicts) -> Iterator[UInt8Array]:
    for photo, reason in photos:
        picture = cv2.imread(str(photo.path), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        figures = verdicts.journal.figures.get(photo.stem)
        path = verdicts.journal.mask_path(photo.stem)
        # OpenCV grumbles on stderr about a missing file; a fault has no mask.
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
        caption = _caption(figures) if figures else ""
        yield tile(
            np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8),
            None if mask is None else np.asarray(mask, np.uint8),
            (f"{photo.stem[:12]} {reason}"[:40], caption),
        )


def _caption(figures: Figures) -> str:
    parts = [f"grab {figures.grabcut_iou:.2f}", f"unsure {figures.unsure_share:.2f}"]
    if figures.views_iou is not None:
        parts.append(f"views {figures.views_iou:.2f}")
    if figures.teacher_iou is not None:
        parts.append(f"teach {figures.teacher_iou:.2f}")
    return " ".join(parts)
