"""The RUN folder that training leaves: its manifest and the model beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from convert.errors import UsageError
from convert.field_rules import (
    check_fields,
    colour,
    count,
    counts,
    mapping,
    number,
    one_of,
    positive,
    text,
)
from convert.json_file import read_json

FORMAT = "selvedge-run"
FORMAT_VERSION = 1
LEARNT_IOU = 0.6  # garment IoU below which a model's masks say nothing about pictures
_FEW_EPOCHS, _GOOD_IOU = 2, 0.85
_FIX = "write it again with `train fit`"
_RULES = (
    text("id"),
    count("architecture.input_height_px"),
    count("architecture.input_width_px"),
    one_of("architecture.output_stride", 16, 8),
    counts("architecture.atrous_rates"),
    number("normalisation.mean"),
    positive("normalisation.std"),
    one_of("colour_order", "RGB"),
    colour("letterbox_fill"),
    mapping("classes"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What conversion needs to know of a training run.

    Attributes:
        folder: where it lies.
        run_id: its identity, copied into the bundle.
        height_px: rows of the model's input.
        width_px: columns of the model's input.
        atrous_rates: dilation rates that must survive conversion.
        mean: subtracted from each 8-bit pixel value.
        std: divides what is left.
        letterbox_fill: RGB of the letterbox's border.
        classes: class number to meaning.
        training: what the bundle's manifest says about the training.
        garment_iou: of its validation pictures, or None where that is not known.
        epochs: for how many it was to be trained, or None.
    """

    folder: Path
    run_id: str
    height_px: int
    width_px: int
    atrous_rates: tuple[int, ...]
    mean: float
    std: float
    letterbox_fill: tuple[int, int, int]
    classes: dict[str, str]
    training: dict[str, Any]
    garment_iou: float | None = None
    epochs: int | None = None

    @property
    def has_learnt_little(self) -> bool:
        """Whether what its model finds in a picture is no reason to take other pictures."""
        if self.garment_iou is None:
            return False
        few = self.epochs is not None and self.epochs <= _FEW_EPOCHS
        return self.garment_iou < (_GOOD_IOU if few else LEARNT_IOU)

    @property
    def model_path(self) -> Path:
        """The Keras model."""
        return self.folder / "model.keras"


def read_run(folder: Path) -> Run:
    """Read and check a RUN folder.

    Args:
        folder: what ``python -m train fit`` wrote.

    Returns:
        The run.

    Raises:
        UsageError: the folder is not a run, is incomplete, or comes from a newer version.
    """
    manifest = folder / "run.json"
    if not folder.is_dir():
        raise UsageError(f"no RUN folder at {folder}: give the folder that `train fit` wrote")
    if not manifest.is_file():
        raise UsageError(
            f"{folder} is not a RUN folder (no run.json in it): give the folder that "
            "`train fit` wrote"
        )
    record = _read_json_object(manifest)
    if record.get("format") != FORMAT:
        raise UsageError(f"{manifest} has format {record.get('format')!r}, not {FORMAT!r}")
    check_fields(manifest, record, (count("format_version"),), _FIX)
    if record["format_version"] > FORMAT_VERSION:
        raise UsageError(
            f"{manifest} has format version {record['format_version']} and this Selvedge reads "
            f"up to {FORMAT_VERSION}: update Selvedge on this machine"
        )
    if not (folder / "model.keras").is_file():
        raise UsageError(
            f"{folder} has no model.keras: let `train fit` finish, or give another RUN folder"
        )
    check_fields(manifest, record, _RULES, _FIX)
    return _parse(folder, record)


def _read_json_object(path: Path) -> dict[str, Any]:
    try:
        record = read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(record, dict):
        raise UsageError(f"{path} holds a {type(record).__name__}, not a JSON object")
    return record


def _parse(folder: Path, record: dict[str, Any]) -> Run:
    architecture = record["architecture"]
    red, green, blue = record["letterbox_fill"]
    init = record.get("init") or {}
    return Run(
        folder=folder,
        run_id=record["id"],
        height_px=architecture["input_height_px"],
        width_px=architecture["input_width_px"],
        # The rates are given for output stride 16; denser features double them.
        atrous_rates=tuple(
            rate * 16 // architecture["output_stride"] for rate in architecture["atrous_rates"]
        ),
        mean=float(record["normalisation"]["mean"]),
        std=float(record["normalisation"]["std"]),
        letterbox_fill=(red, green, blue),
        classes={str(k): str(v) for k, v in record["classes"].items()},
        training={
            "run_id": record["id"],
            "created": record.get("created"),
            "architecture": architecture,
            "init": {
                "kind": init.get("kind"),
                "file": _strip_folders(init.get("file")),
                "sha256": init.get("sha256"),
            },
            "seed": record.get("seed"),
            "command": _strip_folders(record.get("command")),
            "data": record.get("data", []),
        },
        garment_iou=_read_garment_iou(folder / "metrics.json"),
        epochs=_read_epochs(record.get("schedule")),
    )


def _read_garment_iou(path: Path) -> float | None:
    """Return the figure of metrics.json; None where there is none, as in an averaged run."""
    try:
        value = read_json(path)["garment_iou"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(value) if isinstance(value, (int, float)) else None


def _read_epochs(schedule: object) -> int | None:
    epochs = schedule.get("epochs") if isinstance(schedule, dict) else None
    return epochs if isinstance(epochs, int) else None


def _strip_folders(text: object) -> str | None:
    """Keep the last part of each path: a bundle travels, and the workstation's folders do not."""
    if not isinstance(text, str):
        return None
    return " ".join(PurePath(word).name if "/" in word else word for word in text.split())
