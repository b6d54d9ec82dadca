"""The constraints files: what two of them pin they pin alike, and they pin what is asked for."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# In the standard library from Python 3.11 on.
TOML = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

FOLDER = Path(__file__).parents[1] / "constraints"
FILES = ("device.txt", "pi.txt", "workstation.txt")
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
# Raspberry Pi OS brings the numpy that its picamera2 was built against.
FROM_APT = {("pi.txt", "numpy")}
# tflite-runtime has no wheel for later ones.
PYTHONS_OF = {"tflite-runtime": ("3.10", "3.11")}

Pins = dict[str, dict[str, str]]


def read_pins(name: str) -> Pins:
    """Return the version of each package by the version of Python."""
    pins: Pins = {}
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", line
        for python in PYTHONS:
            if requirement.marker is None or requirement.marker.evaluate(
                {"python_version": python}
            ):
                versions = pins.setdefault(canonicalize_name(requirement.name), {})
                assert python not in versions, f"{name} pins {requirement.name} twice"
                versions[python] = specifier.version
    return pins


def extras() -> dict[str, list[Requirement]]:
    """Return what each extra of the package asks for."""
    project = TOML.loads((FOLDER.parent / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        extra: [Requirement(line) for line in lines]
        for extra, lines in project["optional-dependencies"].items()
    }


def test_shared_packages_have_one_version() -> None:
    """A mask made at the workstation and one made on the rig come from the same libraries."""
    every = {name: read_pins(name) for name in FILES}
    packages = sorted({package for pins in every.values() for package in pins})
    differing = [
        f"{package}: {versions}"
        for package in packages
        if len(versions := {name: pins[package] for name, pins in every.items() if package in pins})
        > 1
        and len({tuple(sorted(pinned.items())) for pinned in versions.values()}) > 1
    ]
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        *((name, extra) for name in FILES for extra in ("device", "page", "signed", "metrics")),
        ("device.txt", "tflite-runtime"),
        *(("workstation.txt", extra) for extra in ("train", "studio", "dev", "tflite-runtime")),
    ],
)
def test_every_dependency_is_pinned_within_its_bounds(name: str, extra: str) -> None:
    """An install with a constraints file gets only versions that were tested, on each Python."""
    pins = read_pins(name)
    wrong = []
    for requirement in extras()[extra]:
        package = canonicalize_name(requirement.name)
        if (name, package) in FROM_APT or "==" in str(requirement.specifier):
            continue
        for python in PYTHONS_OF.get(extra, PYTHONS):
            marker = requirement.marker
            if marker is not None and not marker.evaluate({"python_version": python}):
                continue
            version = pins.get(package, {}).get(python)
            if version is None or not requirement.specifier.contains(version):
                wrong.append(f"{requirement} on Python {python}: {version}")
    assert not wrong, "\n".join(wrong)
