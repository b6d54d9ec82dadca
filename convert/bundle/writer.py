"""The bundle folder: written aside, complete, then put in place of the old one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from convert.bundle.golden import Golden, make_golden
from convert.bundle.manifest import (
    CARD_FILE,
    FORMAT,
    GOLDEN_FRAME_FILE,
    GOLDEN_MASK_FILE,
    MANIFEST_FILE,
    SIGNATURE_FILE,
    Contents,
    describe,
)
from convert.bundle.signature import sign
from convert.errors import WorkError

__all__ = ["CARD_FILE", "Contents", "bundle_files", "write_bundle"]


def bundle_files(folder: Path) -> set[str] | None:
    """Name the files of a bundle, or None when the folder is not one."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            return None
        files = [
            *manifest["files"].values(),
            *manifest.get("golden", {}).values(),
            *manifest.get("reports", {}).values(),
        ]
        named = {str(file["name"]) for file in files if isinstance(file, dict)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return named | {MANIFEST_FILE, SIGNATURE_FILE, CARD_FILE}


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
        UsageError: the key to sign with cannot be used.
        WorkError: the disk refused.
    """
    golden = make_golden(contents.cpu, contents.calibration)
    manifest = describe(contents, golden)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp", dir=target.parent))
        try:
            _fill(aside, contents, golden, manifest, target / CARD_FILE)
            _sync_folder(aside)
            _swap(aside, target)
            _sync_folder(target.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise WorkError(f"the bundle could not be written to {target}: {error}") from error
    return manifest


def _fill(
    aside: Path,
    contents: Contents,
    golden: Golden | None,
    manifest: dict[str, Any],
    old_card: Path,
) -> None:
    aside.chmod(0o755)
    _write(aside / contents.cpu_file, contents.cpu)
    if contents.edgetpu is not None:
        _write(aside / contents.edgetpu_file, contents.edgetpu)
    if golden is not None:
        _write(aside / GOLDEN_FRAME_FILE, golden.frame)
        _write(aside / GOLDEN_MASK_FILE, golden.mask)
    for name, data in contents.reports.items():
        _write(aside / name, data)
    card = contents.model_card or old_card
    if card.is_file():
        _write(aside / CARD_FILE, card.read_bytes())
    text = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    if contents.signing_key is not None:
        _write(aside / SIGNATURE_FILE, sign(text, contents.signing_key))
    _write(aside / MANIFEST_FILE, text)


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
