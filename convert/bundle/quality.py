"""The measured figures in a bundle's manifest, and how they are brought up to date."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import asdict
from typing import Any

from convert.bundle.reader import ReadBundle
from convert.bundle.writer import encode_manifest
from convert.errors import UsageError
from convert.parity.metrics import Scores
from convert.parity.parity import Parity
from convert.parity.report import PARITY_FILE


def find_deployed_name(bundle: ReadBundle) -> str:
    """Return under which name the figures of the rig's model stand."""
    numbers = bundle.manifest["recipe"].get("numbers", "int8")
    return "float" if numbers == "float32" else str(numbers)


def find_recorded_scores(bundle: ReadBundle, dataset: str) -> Scores | None:
    """Return what the manifest says of the rig's model on a data set; None if nothing."""
    for entry in _list_entries(bundle.manifest["quality"]):
        found = entry.get(find_deployed_name(bundle))
        if entry.get("dataset") == dataset and isinstance(found, dict):
            return Scores(found["garment_iou"], found["boundary_f"])
    return None


def replace_figures(bundle: ReadBundle, results: list[Parity]) -> dict[str, bytes]:
    """Put figures that were measured anew in place of the manifest's and of parity.json's.

    Those of the trained model and of its float conversion stay: a bundle does not hold these.

    Args:
        bundle: the bundle.
        results: of the rig's model, on data sets that the manifest has figures of.

    Returns:
        The changed files by name.

    Raises:
        UsageError: the manifest has no figures of a data set, or of another number of photos.
    """
    name, manifest = find_deployed_name(bundle), copy.deepcopy(bundle.manifest)
    for result in results:
        _replace(_list_entries(manifest["quality"]), name, result, str(bundle.folder))
    files: dict[str, bytes] = {}
    if PARITY_FILE in bundle.files:
        report = json.loads(bundle.files[PARITY_FILE])
        for result in results:
            measured = _replace(report["sets"], None, result, PARITY_FILE)
            measured["models"][name] = asdict(result.deployed)
            trained = next(iter(measured["models"].values()))
            measured["drop"] = trained["garment_iou"] - result.deployed.garment_iou
        report["worst_drop"] = max(each["drop"] for each in report["sets"])
        text = (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode()
        files[PARITY_FILE] = text
        digest = hashlib.sha256(text).hexdigest()
        manifest["reports"][PARITY_FILE] |= {"sha256": digest, "size_bytes": len(text)}
    return {**files, "manifest.json": encode_manifest(manifest)}


def _list_entries(quality: dict[str, Any]) -> list[dict[str, Any]]:
    return [quality, *quality.get("more", [])] if quality else []


def _replace(
    entries: list[dict[str, Any]], name: str | None, result: Parity, where: str
) -> dict[str, Any]:
    for entry in entries:
        if entry.get("dataset") != result.dataset:
            continue
        if entry.get("pictures") != result.pictures:
            raise UsageError(
                f"{where} has figures of {entry.get('pictures')} photos of {result.dataset} and "
                f"{result.pictures} were measured: choose the same with --split"
            )
        if name is not None:
            entry[name] = asdict(result.deployed)
        return entry
    raise UsageError(
        f"{where} has no figures of {result.dataset}: measure on data sets that it was made with"
    )
