"""The bundle folder: written aside, complete, then put in place of the old one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from convert.calibration import Calibration
from convert.errors import WorkError
from convert.graph import Graph, Tensor
from convert.parity import Parity
from convert.recipe import Recipe
from convert.run_folder import Run

FORMAT = "selvedge-bundle"
FORMAT_VERSION = 1
CPU_FILE = "model_int8.tflite"
EDGETPU_FILE = "model_int8_edgetpu.tflite"
CARD_FILE = "MODEL_CARD.md"
MANIFEST_FILE = "manifest.json"
LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into a bundle.

    Attributes:
        name: such as ``garment-256``.
        version: the model's version, chosen by its maker.
        cpu: the int8 TFLite model.
        edgetpu: the same, compiled for the Edge TPU, or None.
        edgetpu_report: what the compiler said, or None.
        graph: what ``cpu`` holds.
        run: the training run.
        calibration: the representative data used.
        recipe: how it was quantised.
        tensorflow: version that converted.
        quality: measured figures; empty when there was nothing labelled.
        model_card: file to copy in; None carries the old bundle's card over.
    """

    name: str
    version: str
    cpu: bytes
    edgetpu: bytes | None
    edgetpu_report: dict[str, Any] | None
    graph: Graph
    run: Run
    calibration: Calibration
    recipe: Recipe
    tensorflow: str
    quality: list[Parity]
    model_card: Path | None


def bundle_files(folder: Path) -> set[str] | None:
    """Name the files of a bundle, or None when the folder is not one."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            return None
        named = {str(file["name"]) for file in manifest["files"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return named | {MANIFEST_FILE, CARD_FILE}


def write_bundle(contents: Contents, target: Path) -> dict[str, Any]:
    """Write a bundle and put it in place of what was there.

    The new folder is complete before the old one moves; when anything fails the old one stays
    or comes back.

    Args:
        contents: what to write.
        target: the bundle folder.

    Returns:
        The manifest.

    Raises:
        WorkError: the disk refused.
    """
    manifest = _manifest(contents)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp", dir=target.parent))
        try:
            _fill(aside, contents, manifest, target / CARD_FILE)
            _sync_folder(aside)
            _swap(aside, target)
            _sync_folder(target.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise WorkError(f"the bundle could not be written to {target}: {error}") from error
    return manifest


def _fill(aside: Path, contents: Contents, manifest: dict[str, Any], old_card: Path) -> None:
    aside.chmod(0o755)
    _write(aside / CPU_FILE, contents.cpu)
    if contents.edgetpu is not None:
        _write(aside / EDGETPU_FILE, contents.edgetpu)
    card = contents.model_card or old_card
    if card.is_file():
        _write(aside / CARD_FILE, card.read_bytes())
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    _write(aside / MANIFEST_FILE, text.encode())


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make names durable, as fsync of a file makes its bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(aside: Path, target: Path) -> None:
    """Rename into place; a folder cannot be replaced in one call, so the old one steps aside."""
    if not target.exists():
        aside.rename(target)
        return
    parked = Path(tempfile.mkdtemp(prefix=f"{target.name}.old", dir=target.parent))
    target.rename(parked / target.name)
    try:
        aside.rename(target)
    except OSError:
        (parked / target.name).rename(target)
        parked.rmdir()
        raise
    shutil.rmtree(parked, ignore_errors=True)


def _manifest(contents: Contents) -> dict[str, Any]:
    run, source = contents.run, contents.calibration.source
    files = {"cpu": _file(CPU_FILE, contents.cpu)}
    if contents.edgetpu is not None:
        files["edgetpu"] = _file(EDGETPU_FILE, contents.edgetpu)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": f"{contents.name}-{files['cpu']['sha256'][:8]}",
        "name": contents.name,
        "version": contents.version,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": files,
        "input": {
            **_end(contents.graph.inputs[0]),
            "colour_order": "RGB",
            "normalisation": {"mean": run.mean, "std": run.std},
            "letterbox_fill": list(run.letterbox_fill),
        },
        "output": {
            **_end(contents.graph.outputs[0]),
            "stride": run.height_px // contents.graph.outputs[0].shape[1],
            "meaning": "garment_logit",
        },
        "classes": run.classes,
        "recipe": {
            "name": contents.recipe.name,
            "description": contents.recipe.description,
            "representative_dataset": {
                "name": source.name,
                "pictures": len(source.pictures),
                "sha256": source.sha256(),
            },
            "tensorflow": contents.tensorflow,
        },
        "quality": _quality(contents.quality),
        "training": run.training,
        "licence": LICENCE,
    }
    if contents.edgetpu_report is not None:
        manifest["edgetpu_compiler"] = contents.edgetpu_report
    return manifest


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}


def _end(tensor: Tensor) -> dict[str, Any]:
    _, height, width, channels = tensor.shape
    return {
        "height_px": height,
        "width_px": width,
        "channels": channels,
        "dtype": tensor.dtype.lower(),
        "scale": tensor.scales[0],
        "zero_point": tensor.zero_points[0],
    }


def _quality(results: list[Parity]) -> dict[str, Any]:
    """The first data set's figures in front, those of further ones under ``more``."""
    records = [
        {
            "dataset": result.dataset,
            "pictures": result.pictures,
            **{name: asdict(scores) for name, scores in result.scores.items()},
            "agreement": result.agreement,
        }
        for result in results
    ]
    if not records:
        return {}
    return {**records[0], **({"more": records[1:]} if records[1:] else {})}
