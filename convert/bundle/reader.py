"""Reading a bundle back: its manifest, and whether its files are those that it names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.bundle.manifest import AUXILIARY_VERSION, FORMAT, MANIFEST_FILE, SIGNATURE_FILE
from convert.bundle.manifest_rules import check_manifest
from convert.bundle.signature import is_signed_by
from convert.errors import UsageError
from convert.field_rules import check_fields, count
from convert.inputs.model_runners import TfliteModel
from convert.inputs.run_folder import Run
from convert.json_file import read_json


@dataclass(frozen=True, slots=True)
class ReadBundle:
    """A bundle whose files are as its manifest says.

    Attributes:
        folder: where it lies.
        manifest: the whole manifest.
        files: content of each file that the manifest names, by role: ``cpu``, ``edgetpu``,
            ``golden frame``, ``golden mask`` and the names of reports.
    """

    folder: Path
    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def run(self) -> Run:
        """As much of a training run as feeding the model takes; the fill is RGB."""
        taken = self.manifest["input"]
        red, green, blue = taken["letterbox_fill"][:: -1 if self._is_bgr else 1]
        return Run(
            folder=self.folder,
            run_id=self.manifest["id"],
            height_px=taken["height_px"],
            width_px=taken["width_px"],
            atrous_rates=(),
            mean=taken["normalisation"]["mean"],
            std=taken["normalisation"]["std"],
            letterbox_fill=(red, green, blue),
            classes=self.manifest["classes"],
            training=self.manifest["training"],
        )

    def load_model(self) -> TfliteModel:
        """Load the model for the CPU."""
        return TfliteModel(self.files["cpu"], self.run, reverse_channels=self._is_bgr)

    @property
    def _is_bgr(self) -> bool:
        return bool(self.manifest["input"]["colour_order"] == "BGR")


def read_bundle(folder: Path) -> ReadBundle:
    """Read a bundle and compare every file with its manifest.

    Raises:
        UsageError: not a bundle, of a newer format, incomplete, or a file was changed.
    """
    manifest = _read_manifest(folder)
    check_manifest(folder / MANIFEST_FILE, manifest)
    golden = manifest.get("golden", {})
    records = {
        **manifest["files"],
        **{f"golden {part}": golden[part] for part in ("frame", "mask") if golden},
    }
    try:
        records |= manifest.get("reports", {})
        files = {role: _read_file(folder, record) for role, record in records.items()}
    except (KeyError, TypeError, AttributeError) as error:  # reports, which no rig reads
        raise UsageError(
            f"{folder / MANIFEST_FILE} is incomplete ({type(error).__name__}: {error}): convert "
            "the run again"
        ) from error
    return ReadBundle(folder, manifest, files)


def check_signature(folder: Path, trusted: Path) -> None:
    """Refuse a bundle that the owner of a key has not signed.

    Raises:
        UsageError: the signature is missing or wrong, or the key cannot be used.
    """
    path = folder / SIGNATURE_FILE
    if not path.is_file():
        raise UsageError(
            f"{folder} is not signed (no {SIGNATURE_FILE}): sign it with `convert sign`"
        )
    if not is_signed_by((folder / MANIFEST_FILE).read_bytes(), path.read_bytes(), trusted):
        raise UsageError(
            f"{path} is not a signature of {folder} by {trusted}: get the bundle from its maker "
            "again"
        )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise UsageError(f"{folder} is not a bundle: it has no {MANIFEST_FILE}")
    try:
        manifest = read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise UsageError(f"{path} is not the manifest of a bundle: its format is not {FORMAT!r}")
    check_fields(path, manifest, (count("format_version"),), "convert the run again")
    if manifest["format_version"] > AUXILIARY_VERSION:
        raise UsageError(
            f"{path} has format version {manifest['format_version']} and this Selvedge reads up "
            f"to {AUXILIARY_VERSION}: update Selvedge on this machine"
        )
    return manifest


def _read_file(folder: Path, record: dict[str, Any]) -> bytes:
    name = str(record["name"])
    path = folder / name
    if Path(name).name != name:
        raise UsageError(f"{folder} names the file {name!r}: it must lie in the bundle")
    if not path.is_file():
        raise UsageError(f"{folder} lacks {name}, which its manifest names: copy it whole")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != str(record["sha256"]).lower():
        raise UsageError(
            f"{path} is not the file that the manifest names (its sha256 differs): copy the bundle "
            "again"
        )
    return data
