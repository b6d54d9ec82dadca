"""The bundle that is shipped with Selvedge."""

from __future__ import annotations

from pathlib import Path

from device.system.path_check import is_there

DEFAULT_BUNDLE = "garment"


def default_bundle_path() -> Path:
    """Return the folder of the bundle that ships with the package."""
    return Path(__file__).parents[1] / "models" / DEFAULT_BUNDLE


def find_shipped_bundle(path: Path) -> Path:
    """Return the shipped bundle of this bare name, unless something else has that name."""
    shipped = default_bundle_path().parent / path.name
    bare = path.name == str(path) and not is_there(path)
    return shipped if bare and is_there(shipped / "manifest.json") else path
