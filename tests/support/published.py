"""A picture and its announcement as a rig publishes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from device.contract.content_type import PNG_SIGNATURE

ID = "20261122T144800123Z-rig-0001"
PNG = PNG_SIGNATURE + b"picture"
CUTOUT = f"selvedge/rig/cutout/{ID}"
SHOT = f"selvedge/rig/shot/{ID}"


def announcement(png: bytes = PNG, **changes: object) -> bytes:
    """What a rig tells of a picture, as far as the subscriber reads it."""
    told = {"id": ID, "sha256": hashlib.sha256(png).hexdigest(), **changes}
    return json.dumps(told).encode()


def files_in(folder: Path) -> list[str]:
    """Names of what lies in a folder, hidden files left out."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
