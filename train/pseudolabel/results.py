"""Results of a run: a data set of the accepted photos, a report, contact sheets."""

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
from train.pseudolabel.acceptance import Limits, Measurements, find_refusal
from train.pseudolabel.contact_sheet import COLUMNS, ROWS, draw_thumbnail, write_sheets
from train.pseudolabel.journal import Journal
from train.pseudolabel.photos import Photo, stays_unchanged

MEASUREMENTS = tuple(Measurements.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Selection:
    """All photos, divided into accepted and refused ones.

    Attributes:
        accepted: photos whose mask may be trained on.
        refused: the other photos, each with the reason.
        journal: masks and measurements of all photos.
    """

    accepted: list[Photo]
    refused: list[tuple[Photo, str]]
    journal: Journal

    @property
    def reasons(self) -> dict[str, int]:
        """Number of refused photos by reason, commonest first."""
        return dict(Counter(reason for _, reason in self.refused).most_common())


def apply_limits(photos: list[Photo], journal: Journal, limits: Limits) -> Selection:
    """Accept or refuse every photo by its measurements."""
    accepted: list[Photo] = []
    refused: list[tuple[Photo, str]] = []
    for photo in photos:
        measured = journal.measurements.get(photo.stem)
        reason = find_refusal(measured, limits) if measured else journal.faults[photo.stem]
        if reason:
            refused.append((photo, reason))
        else:
            accepted.append(photo)
    return Selection(accepted, refused, journal)


def _copy_file(source: Path, target: Path) -> None:
    write_atomically(target, source.read_bytes())


def _write_cropped(photo: Photo, mask_path: Path, image: Path, mask: Path) -> None:
    """Write photo and mask from the garment's top row down."""
    garment = cv2.imread(str(mask_path), cv2.IMREAD_GRAYSCALE)
    picture = photo.read()
    # A row with fewer than three pixels is a stray thread.
    rows = np.flatnonzero((garment >= 128).sum(axis=1) >= 3)
    top = int(rows[0]) if len(rows) else 0
    write_picture(image, picture[top:])
    write_picture(mask, np.asarray(garment[top:], np.uint8))


def write_dataset(
    out: Path,
    selection: Selection,
    dataset: Dataset | None,
    *,
    about: dict[str, Any],
    crop_above: bool = False,
) -> list[Entry]:
    """Write the accepted photos as a data set.

    Args:
        out: its folder.
        selection: the accepted and refused photos.
        dataset: the data set that was cleaned, whose validation pictures, pictures without
            garment and body masks are copied unchanged; None for a folder of photos.
        about: name, source, licence and command.
        crop_above: whether to crop each photo above the garment, so that headwear that the
            proposer misses is not learnt as background. Not with a data set.

    Returns:
        The entries that were written.

    Raises:
        WorkError: no photo was accepted.
    """
    # Until the index is written again, the folder is no data set.
    (out / "index.csv").unlink(missing_ok=True)
    for name in ("images", "masks", "body"):
        shutil.rmtree(out / name, ignore_errors=True)
    if not selection.accepted:
        raise WorkError(
            f"none of {len(selection.refused)} photos was accepted: see {out / 'refused.csv'}"
        )
    bodies = {entry.stem: entry.body for entry in dataset.entries} if dataset else {}
    entries = []
    for photo in selection.accepted:
        image = f"images/{photo.stem}{photo.path.suffix.lower()}"
        mask, body = f"masks/{photo.stem}.png", bodies.get(photo.stem, "")
        proposed = selection.journal.mask_path(photo.stem)
        if crop_above:
            image = f"images/{photo.stem}.png"
            _write_cropped(photo, proposed, out / image, out / mask)
        else:
            _copy_file(photo.path, out / image)
            _copy_file(proposed, out / mask)
        if body and dataset:
            _copy_file(dataset.path / body, out / body)
        entries.append(Entry(photo.stem, image, mask, body, "train", photo.group, photo.kind))
    if dataset:
        entries += _copy_unchanged(dataset, out)
    entries.sort(key=lambda entry: entry.stem)
    write_index(out, entries, seed=None, **about)
    return entries


def _copy_unchanged(dataset: Dataset, out: Path) -> list[Entry]:
    kept = [entry for entry in dataset.entries if stays_unchanged(entry)]
    for entry in kept:
        for path in filter(None, (entry.image, entry.mask, entry.body)):
            _copy_file(dataset.path / path, out / path)
    return kept


def write_report(out: Path, selection: Selection, limits: Limits, settings: dict[str, Any]) -> None:
    """Write report.json and refused.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("stem", "reason", *MEASUREMENTS))
    for photo, reason in selection.refused:
        measured = selection.journal.measurements.get(photo.stem)
        values = [getattr(measured, name, None) for name in MEASUREMENTS]
        rounded = ["" if value is None else round(value, 4) for value in values]
        writer.writerow((photo.stem, reason, *rounded))
    write_atomically(out / "refused.csv", text.getvalue().encode())
    report = {
        "photos": len(selection.accepted) + len(selection.refused),
        "accepted": len(selection.accepted),
        "refused": len(selection.refused),
        "reasons": selection.reasons,
        "limits": asdict(limits),
        "accepted_median": _compute_medians(selection, selection.accepted),
        "refused_median": _compute_medians(selection, [photo for photo, _ in selection.refused]),
        "settings": settings,
    }
    write_json(out / "report.json", report)


def _compute_medians(selection: Selection, photos: list[Photo]) -> dict[str, float]:
    known = selection.journal.measurements
    measured = [known[photo.stem] for photo in photos if photo.stem in known]
    medians = {}
    for name in MEASUREMENTS:
        values = [value for each in measured if (value := getattr(each, name)) is not None]
        if values:
            medians[name] = round(float(np.median(values)), 4)
    return medians


def write_contact_sheets(out: Path, selection: Selection, *, limit: int) -> list[Path]:
    """Draw accepted-NN.jpg and refused-NN.jpg, at most ``limit`` of each.

    If there are more photos than fit, the sheets show an even sample.

    Returns:
        The files written.
    """
    room = limit * COLUMNS * ROWS
    accepted = _draw_thumbnails(
        [(photo, "") for photo in _sample_evenly(selection.accepted, room)], selection
    )
    refused = _draw_thumbnails(_sample_evenly(selection.refused, room), selection)
    return [
        *write_sheets(out, "accepted", accepted, limit=limit),
        *write_sheets(out, "refused", refused, limit=limit),
    ]


def _sample_evenly(items: list[Any], room: int) -> list[Any]:
    if len(items) <= room:
        return items
    return [items[number * len(items) // room] for number in range(room)]


def _draw_thumbnails(photos: list[tuple[Photo, str]], selection: Selection) -> Iterator[UInt8Array]:
    for photo, reason in photos:
        picture = cv2.imread(str(photo.path), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        measured = selection.journal.measurements.get(photo.stem)
        path = selection.journal.mask_path(photo.stem)
        # Faulty photos have no mask, and OpenCV warns on stderr about missing files.
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
        caption = _format_caption(measured) if measured else ""
        yield draw_thumbnail(
            np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8),
            None if mask is None else np.asarray(mask, np.uint8),
            (f"{photo.stem[:12]} {reason}"[:40], caption),
        )


def _format_caption(measured: Measurements) -> str:
    parts = [f"grab {measured.grabcut_iou:.2f}", f"unsure {measured.unsure_share:.2f}"]
    if measured.views_iou is not None:
        parts.append(f"views {measured.views_iou:.2f}")
    if measured.teacher_iou is not None:
        parts.append(f"teach {measured.teacher_iou:.2f}")
    return " ".join(parts)
