"""``python -m convert graft BUNDLE HEAD.json -o NEW``: a bundle with an auxiliary output."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from convert.arrays import UInt8Array
from convert.atomic_file import replace_folder
from convert.bundle.golden import decode_frame
from convert.bundle.manifest import AUXILIARY_VERSION, CARD_FILE, MANIFEST_FILE
from convert.bundle.reader import ReadBundle, read_bundle
from convert.bundle.writer import encode_manifest
from convert.commands.request import refuse_target
from convert.edgetpu.prediction import count_places, predict_placements
from convert.errors import UsageError, WorkError
from convert.field_rules import check_fields, count, integer, mapping, number, one_of, text
from convert.graph.flatbuffer import read_graph
from convert.graph.graft import LinearHead, graft_head
from convert.inputs.letterbox import letterbox
from convert.inputs.model_runners import TfliteModel
from convert.json_file import read_json

_FORMAT, _FORMAT_VERSION = "selvedge-head", 1
_FIX = "write it again with `python -m train person`"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert graft",
        description="Put a head that `python -m train person` wrote beside a bundle's output.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("head", type=Path, metavar="HEAD.json")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="NEW", help="folder; may be BUNDLE"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Graft, compare and write; return the exit code 0.

    Raises:
        UsageError: bundle or head is damaged, or they do not belong together.
        WorkError: the garment output changed, or the disk refused.
    """
    options = _parser().parse_args(arguments)
    refuse_target(options.output)
    bundle, record = read_bundle(options.bundle), _read_head(options.head)
    if record["model_sha256"] != hashlib.sha256(bundle.files["cpu"]).hexdigest():
        raise UsageError(
            f"{options.head} was fitted to bundle {record['bundle']} and {options.bundle} has"
            " another model: fit a head to it with `python -m train person`"
        )
    if "edgetpu" in bundle.files:
        raise UsageError(
            f"{options.bundle} has a model that is compiled for the Edge TPU: graft onto the bundle"
            " without it, then compile"
        )
    head = LinearHead(
        name=record["name"],
        reads=record["reads"]["index"],
        reads_name=record["reads"]["name"],
        weights=tuple(float(weight) for weight in record["weights"]),
        bias=float(record["bias"]),
        least=float(record["range"][0]),
        most=float(record["range"][1]),
    )
    model = graft_head(bundle.files["cpu"], head, str(options.bundle))
    pictures = _compare(bundle, model)
    manifest = _describe(bundle, record, model)
    _write(options.output, bundle, manifest, model)
    print(
        f"{options.output}: bundle {manifest['id']} has the output {record['name']!r}; its garment"
        f" output is that of {bundle.manifest['id']} in every bit, on {pictures} pictures"
    )
    return 0


def _read_head(path: Path) -> dict[str, Any]:
    try:
        record = read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as JSON ({error}): {_FIX}") from error
    if not isinstance(record, dict):
        raise UsageError(f"{path} is no head: {_FIX}")
    rules = (
        one_of("format", _FORMAT),
        count("format_version"),
        one_of("name", "person"),
        one_of("meaning", "person_logit"),
        *(text(place) for place in ("bundle", "model_sha256", "reads.name")),
        integer("reads.index"),
        number("bias"),
        *(mapping(place) for place in ("training", "quality")),
        ("weights", _are_numbers, "a list of numbers"),
        ("range", lambda value: _are_numbers(value) and len(value) == 2, "two numbers"),
    )
    check_fields(path, record, rules, _FIX)
    if record["format_version"] > _FORMAT_VERSION:
        raise UsageError(f"{path} was written by a newer Selvedge: update this one")
    return record


def _are_numbers(value: object) -> bool:
    items = value if isinstance(value, list) else []
    return bool(items) and all(
        isinstance(item, (int, float)) and bool(np.isfinite(item)) for item in items
    )


def _compare(bundle: ReadBundle, model: bytes) -> int:
    """Run both models; return on how many pictures their garment output was the same.

    Raises:
        WorkError: it was not.
    """
    old = bundle.load_model()
    new = TfliteModel(model, bundle.run)
    pictures = _make_pictures(bundle)
    for picture in pictures:
        if not np.array_equal(old.infer(picture), new.infer(picture)):
            raise WorkError("the grafted model gives another garment output: report this fault")
    return len(pictures)


def _make_pictures(bundle: ReadBundle) -> list[UInt8Array]:
    """Return letterboxed pictures: noise, which drives all channels, and the golden frame."""
    run = bundle.run
    noise = np.random.default_rng(1).integers(0, 256, (3, run.height_px, run.width_px, 3))
    pictures = list(noise.astype(np.uint8))
    if "golden frame" in bundle.files:
        frame = decode_frame(bundle.files["golden frame"])
        pictures.append(letterbox(frame, run.height_px, run.width_px, run.letterbox_fill)[0])
    return pictures


def _describe(bundle: ReadBundle, record: dict[str, Any], model: bytes) -> dict[str, Any]:
    old, graph = bundle.manifest, read_graph(model, "the grafted model")
    made, sha256 = graph.outputs[1], hashlib.sha256(model).hexdigest()
    _, rows, columns, channels = made.sizes
    file = {**old["files"]["cpu"], "sha256": sha256, "size_bytes": len(model)}
    output = {
        "height_px": rows,
        "width_px": columns,
        "channels": channels,
        "dtype": "int8",
        "scale": made.scales[0],
        "zero_point": made.zero_points[0],
        "stride": old["input"]["height_px"] // rows,
        "meaning": record["meaning"],
        "grafted_onto": old["id"],
        **{name: record[name] for name in ("training", "quality")},
    }
    manifest = {**old, "format_version": AUXILIARY_VERSION, "id": f"{old['name']}-{sha256[:8]}"}
    manifest["files"] = {**old["files"], "cpu": file}
    if "edgetpu_prediction" in old:
        manifest["edgetpu_prediction"] = count_places(predict_placements(graph))
    return {**manifest, "auxiliary": {record["name"]: output}}


def _write(target: Path, bundle: ReadBundle, manifest: dict[str, Any], model: bytes) -> None:
    files = {str(manifest["files"]["cpu"]["name"]): model, MANIFEST_FILE: encode_manifest(manifest)}
    for part in ("frame", "mask"):
        if f"golden {part}" in bundle.files:
            name = str(manifest["golden"][part]["name"])
            files[name] = bundle.files[f"golden {part}"]
    for role, file in manifest.get("reports", {}).items():
        files[str(file["name"])] = bundle.files[role]
    card = bundle.folder / CARD_FILE
    if card.is_file():
        files[CARD_FILE] = card.read_bytes()
    try:
        replace_folder(target, files)
    except OSError as error:
        raise WorkError(f"the bundle could not be written to {target}: {error}") from error
