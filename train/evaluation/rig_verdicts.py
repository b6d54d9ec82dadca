"""The verdicts of a rig, as ``device.cutout --verdicts`` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from train.datasets.csv_rows import read_rows
from train.errors import UsageError

STATES = ("ok", "unsure", "retake")


@dataclass(frozen=True, slots=True)
class RigVerdict:
    """What the rig said of one picture.

    Attributes:
        state: ``ok``, ``unsure`` or ``retake``.
        soft_iou: of the mask by the model's own probabilities, 0 to 1; None where it is not known.
        agreement: IoU of the first two passes; likewise.
        doubt_share: what is in doubt beyond the edge, as a share of the mask; likewise.
    """

    state: str
    soft_iou: float | None = None
    agreement: float | None = None
    doubt_share: float | None = None


def read_verdicts(file: Path) -> dict[str, RigVerdict]:
    """Read a table of verdicts; by the photo's stem.

    Raises:
        UsageError: the file cannot be read, or is no such table.
    """
    try:
        rows = read_rows(file)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}): check --verdicts") from error
    verdicts: dict[str, RigVerdict] = {}
    for number, row in enumerate(rows, start=2):
        name, state = row.get("file"), row.get("verdict")
        if not name or state not in STATES:
            raise UsageError(
                f"{file}, line {number}: it needs the columns file and verdict, one of"
                f" {', '.join(STATES)}, as `python -m device.cutout --verdicts` writes them"
            )
        stem = Path(name).stem
        if stem in verdicts:
            raise UsageError(
                f"{file}, line {number}: a second picture has the name {stem}: write a table for"
                " each folder"
            )
        verdicts[stem] = RigVerdict(
            state,
            *(_read_share(row, name) for name in ("soft_iou", "agreement", "doubt_share")),
        )
    if not verdicts:
        raise UsageError(f"{file} has no verdict: write it with `device.cutout --verdicts`")
    return verdicts


def _read_share(row: Mapping[str, str], name: str) -> float | None:
    """Return a share of 0 to 1; None for what is missing or none."""
    try:
        value = float(row.get(name) or "")
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
