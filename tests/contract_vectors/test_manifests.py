"""A bundle's manifest and a run's mean the same to everybody who reads them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import convert.errors
import device.errors
import train.errors
from convert.bundle.reader import read_bundle as convert_bundle
from convert.inputs.run_folder import read_run
from device.bundle.bundle import load_bundle
from tests.contract_vectors.vectors import read_cases
from train.evaluation.bundle_manifest import read_bundle as train_bundle
from train.evaluation.subject import recognise

REFUSALS = (convert.errors.UsageError, device.errors.UsageError, train.errors.UsageError)
BUNDLES, RUNS = read_cases("manifests"), read_cases("runs")
Facts = dict[str, Any]


def _rig_facts(folder: Path) -> Facts:
    bundle = load_bundle(folder)
    taken, made = bundle.input, bundle.output
    return {
        "id": bundle.id,
        "input_size": [taken.height_px, taken.width_px],
        "output_size": [made.height_px, made.width_px],
        "stride": made.stride,
        "input": [taken.dtype, taken.scale, taken.zero_point],
        "output": [made.dtype, made.scale, made.zero_point],
        "mean": taken.mean,
        "std": taken.std,
        "colour_order": taken.colour_order,
        "fill": list(taken.letterbox_fill),
    }


def _train_facts(folder: Path) -> Facts:
    read = train_bundle(folder)
    return {
        "id": read.id,
        "input_size": list(read.input_size),
        "output_size": list(read.output_size),
        "stride": read.stride,
        "input": [read.input.dtype, read.input.scale, read.input.zero_point],
        "output": [read.output.dtype, read.output.scale, read.output.zero_point],
        "mean": read.mean,
        "std": read.std,
        "colour_order": read.colour_order,
        "fill": list(read.letterbox_fill),
    }


def _convert_facts(folder: Path) -> Facts:
    """What conversion takes from a manifest; scales it reads off the model itself."""
    read = convert_bundle(folder)
    run, is_bgr = read.run, read.manifest["input"]["colour_order"] == "BGR"
    return {
        "id": run.run_id,
        "input_size": [run.height_px, run.width_px],
        "mean": run.mean,
        "std": run.std,
        "fill": list(run.letterbox_fill[:: -1 if is_bgr else 1]),  # its own is RGB
    }


BUNDLE_READERS: dict[str, Callable[[Path], Facts]] = {
    "device": _rig_facts,
    "train": _train_facts,
    "convert": _convert_facts,
}


def _change(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Set the values at some places, or take them away where the value is ``--``."""
    changed = copy.deepcopy(record)
    for place, value in changes.items():
        *parents, name = place.split(".")
        inner = changed
        for parent in parents:
            inner = inner[parent]
        if value == "--":
            del inner[name]
        else:
            inner[name] = copy.deepcopy(value)
    return changed


def _with_hashes(value: Any) -> Any:
    """Put a file's hash where ``@FILE`` stands, in capitals for ``^FILE``."""
    if isinstance(value, dict):
        return {key: _with_hashes(inner) for key, inner in value.items()}
    if isinstance(value, str) and value[:1] in ("@", "^"):
        digest = hashlib.sha256(BUNDLES["files"][value[1:]].encode()).hexdigest()
        return digest if value[0] == "@" else digest.upper()
    return value


def _write_bundle(folder: Path, manifest: str) -> Path:
    folder.mkdir()
    for name, content in BUNDLES["files"].items():
        (folder / name).write_text(content)
        (folder.parent / name).write_text(content)  # what lies outside must not be reached
    (folder / "manifest.json").write_text(manifest)
    return folder


@pytest.mark.parametrize("case", BUNDLES["cases"], ids=lambda case: case["name"])
def test_a_bundle_means_the_same(case: dict[str, Any], tmp_path: Path) -> None:
    """Every reader takes the vector's values from a manifest, or refuses it in one sentence."""
    manifest = _with_hashes(_change(BUNDLES["manifest"], case["change"]))
    folder = _write_bundle(tmp_path / "bundle", json.dumps(manifest))
    for package, read in BUNDLE_READERS.items():
        if not case["accepted"]:
            with pytest.raises(REFUSALS) as refusal:
                read(folder)
            assert "\n" not in str(refusal.value), package
            continue
        facts = read(folder)
        assert facts == {key: case["expect"][key] for key in facts}, package


@pytest.mark.parametrize("text", BUNDLES["texts"])
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    """A file that is no JSON object is no manifest to any reader."""
    folder = _write_bundle(tmp_path / "bundle", text)
    for read in BUNDLE_READERS.values():
        with pytest.raises(REFUSALS):
            read(folder)


def _train_run(folder: Path) -> Facts:
    subject = recognise(folder)
    assert subject.run is not None
    shape = subject.run.read_architecture()
    return {"id": subject.id, "input_size": list(shape.input_size), "dilations": shape.dilations}


def _convert_run(folder: Path) -> Facts:
    run = read_run(folder)
    return {
        "id": run.run_id,
        "input_size": [run.height_px, run.width_px],
        "dilations": list(run.atrous_rates),
    }


RUN_READERS: dict[str, Callable[[Path], Facts]] = {"train": _train_run, "convert": _convert_run}


def _write_run(folder: Path, record: str) -> Path:
    folder.mkdir()
    (folder / "run.json").write_text(record)
    (folder / "model.keras").write_bytes(b"a network")
    return folder


@pytest.mark.parametrize("case", RUNS["cases"], ids=lambda case: case["name"])
def test_a_run_means_the_same(case: dict[str, Any], tmp_path: Path) -> None:
    """Training and conversion take the vector's values from a run, or refuse it in one sentence."""
    folder = _write_run(tmp_path / "run", json.dumps(_change(RUNS["run"], case["change"])))
    for package, read in RUN_READERS.items():
        accepted = case["accepted"]
        if not (accepted if isinstance(accepted, bool) else accepted[package]):
            with pytest.raises(REFUSALS) as refusal:
                read(folder)
            assert "\n" not in str(refusal.value), package
        elif "expect" in case:
            assert read(folder) == case["expect"], package
        else:
            read(folder)


@pytest.mark.parametrize("text", RUNS["texts"])
def test_what_is_no_run_is_refused(text: str, tmp_path: Path) -> None:
    """A file that is no JSON object is no run, and a run without its network is not finished."""
    folder = _write_run(tmp_path / "run", text)
    unfinished = _write_run(tmp_path / "unfinished", json.dumps(RUNS["run"]))
    (unfinished / "model.keras").unlink()
    for read in RUN_READERS.values():
        for path in (folder, unfinished, tmp_path / "nowhere"):
            with pytest.raises(REFUSALS):
                read(path)
