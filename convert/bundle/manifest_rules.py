"""What a rig reads in a bundle's manifest, and what each value must be.

The rig's reader and training's hold to the same: `tests/contract_vectors` runs all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convert.errors import UsageError
from convert.field_rules import (
    Rule,
    check_fields,
    colour,
    count,
    integer,
    mapping,
    number,
    one_of,
    positive,
    text,
)

_FIX = "convert the run again"


def _end_rules(end: str, channels: int) -> tuple[Rule, ...]:
    return (
        count(f"{end}.height_px"),
        count(f"{end}.width_px"),
        one_of(f"{end}.channels", channels),
        one_of(f"{end}.dtype", "int8", "uint8", "float32"),
    )


def _file_rules(place: str) -> tuple[Rule, ...]:
    return text(f"{place}.name"), text(f"{place}.sha256"), count(f"{place}.size_bytes")


_RULES: tuple[Rule, ...] = (
    *(text(place) for place in ("id", "name", "version", "created", "licence")),
    *_end_rules("input", channels=3),
    one_of("input.colour_order", "RGB", "BGR"),
    number("input.normalisation.mean"),
    positive("input.normalisation.std"),
    colour("input.letterbox_fill"),
    *_end_rules("output", channels=1),
    count("output.stride"),
    one_of("output.meaning", "garment_logit"),
    *(mapping(place) for place in ("classes", "recipe", "quality", "training")),
    mapping("files"),
    mapping("files.cpu"),
)

_IOU_MODEL_RULES: tuple[Rule, ...] = (
    *(
        number(f"iou_model.{name}")
        for name in ("intercept", "soft_iou", "agreement", "mean_agreement")
    ),
    positive("iou_model.offset"),
)

_PERSON = "auxiliary.person"
_PERSON_RULES: tuple[Rule, ...] = (
    *_end_rules(_PERSON, channels=1),
    count(f"{_PERSON}.stride"),
    one_of(f"{_PERSON}.meaning", "person_logit"),
)


def check_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Check each value that a rig reads.

    Args:
        path: where the manifest lies, for the sentence.
        manifest: its content.

    Raises:
        UsageError: names the first value that is missing or wrong.
    """
    check_fields(path, manifest, _RULES, _FIX)
    ends = {end: manifest[end] for end in ("input", "output")}
    grids = {"output": manifest["output"]}
    if "auxiliary" in manifest:
        check_fields(path, manifest, _PERSON_RULES, _FIX)
        ends[_PERSON] = grids[_PERSON] = manifest["auxiliary"]["person"]
    for end, record in ends.items():
        if record["dtype"] != "float32":
            rules = (positive(f"{end}.scale"), integer(f"{end}.zero_point"))
            check_fields(path, manifest, rules, _FIX)
    files = [f"files.{role}" for role in manifest["files"]]
    if "golden" in manifest:
        check_fields(path, manifest, (positive("golden.min_iou"),), _FIX)
        files += ["golden.frame", "golden.mask"]
    if "iou_model" in manifest:
        check_fields(path, manifest, _IOU_MODEL_RULES, _FIX)
        if "doubt_share" in manifest["iou_model"]:  # Not of bundles fitted before it was measured.
            check_fields(path, manifest, (number("iou_model.doubt_share"),), _FIX)
    for place in files:
        check_fields(path, manifest, _file_rules(place), _FIX)
    for end, record in grids.items():
        _check_grid(path, end, record, manifest["input"])


def _check_grid(path: Path, end: str, made: Mapping[str, Any], taken: Mapping[str, Any]) -> None:
    stride = made["stride"]
    for side in ("height_px", "width_px"):
        cells, pixels = made[side], taken[side]
        if cells != -(-pixels // stride):
            raise UsageError(
                f"{path} has {end}.{side} = {cells}, and at its stride of {stride} an input of "
                f"{pixels} has {-(-pixels // stride)} cells: {_FIX}"
            )
