"""Reading a bundle back: its manifest, and whether its files are those that it names."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.bundle.manifest import FORMAT, FORMAT_VERSION, MANIFEST_FILE, SIGNATURE_FILE
from convert.bundle.signature import is_signed_by
from convert.errors import UsageError


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


def read_bundle(folder: Path) -> ReadBundle:
    """Read a bundle and compare every file with its manifest.

    Raises:
        UsageError: not a bundle, of a newer format, incomplete, or a file was changed.
    """
    manifest = _manifest(folder)
    try:
        golden = manifest.get("golden", {})
        records = {
            **manifest["files"],
            **{f"golden {part}": golden[part] for part in ("frame", "mask") if golden},
            **manifest.get("reports", {}),
        }
        files = {role: _file(folder, record) for role, record in records.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{folder / MANIFEST_FILE} is incomplete ({type(error).__name__}: {error}): convert "
            "the run again"
        ) from error
    if "cpu" not in files:
        raise UsageError(f"{folder / MANIFEST_FILE} names no cpu model: convert the run again")
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


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise UsageError(f"{folder} is not a bundle: it has no {MANIFEST_FILE}")
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise UsageError(f"{path} is not the manifest of a bundle: its format is not {FORMAT!r}")
    version = manifest.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise UsageError(
            f"{path} has format version {version!r} and this Selvedge reads up to "
            f"{FORMAT_VERSION}: update Selvedge on this machine"
        )
    return manifest


def _file(folder: Path, record: dict[str, Any]) -> bytes:
    name = str(record["name"])
    path = folder / name
    if Path(name).name != name:
        raise UsageError(f"{folder} names the file {name!r}: it must lie in the bundle")
    if not path.is_file():
        raise UsageError(f"{folder} lacks {name}, which its manifest names: copy it whole")
    data = path.read_bytes()
    if len(data) != record["size_bytes"] or hashlib.sha256(data).hexdigest() != record["sha256"]:
        raise UsageError(
            f"{path} is not the file that the manifest names (its sha256 differs): copy the bundle "
            "again"
        )
    return data
