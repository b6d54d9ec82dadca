"""The bundle folder: written aside, complete, then put in place of the old one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convert.atomic_file import replace_folder
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
from convert.json_file import read_json


def list_bundle_files(folder: Path) -> set[str] | None:
    """Name the files of a bundle, or None when the folder is not one."""
    try:
        manifest = read_json(folder / MANIFEST_FILE)
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

    When anything fails the old one stays or comes back.

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
        replace_folder(target, _list_files(contents, golden, manifest, target / CARD_FILE))
    except OSError as error:
        raise WorkError(f"the bundle could not be written to {target}: {error}") from error
    return manifest


def encode_manifest(manifest: Mapping[str, Any]) -> bytes:
    """Return the bytes of manifest.json, which a signature covers."""
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()


def _list_files(
    contents: Contents, golden: Golden | None, manifest: dict[str, Any], old_card: Path
) -> dict[str, bytes]:
    files = {contents.cpu_file: contents.cpu, **contents.reports}
    if contents.edgetpu is not None:
        files[contents.edgetpu_file] = contents.edgetpu
    if golden is not None:
        files |= {GOLDEN_FRAME_FILE: golden.frame, GOLDEN_MASK_FILE: golden.mask}
    card = contents.model_card or old_card
    if card.is_file():
        files[CARD_FILE] = card.read_bytes()
    files[MANIFEST_FILE] = encode_manifest(manifest)
    if contents.signing_key is not None:
        files[SIGNATURE_FILE] = sign(files[MANIFEST_FILE], contents.signing_key)
    return files
