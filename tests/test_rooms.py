"""Rooms and their order: imports run down only, in every package."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.imports import ROOT, Import, find_imports, list_files

# Each row may import the rows before it. Rooms on one row never import each other. Imports inside
# functions and for types only count like any other.
LAYERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "device": (
        ("errors", "version"),
        ("system",),
        ("contract",),
        ("imaging",),
        ("bundle",),
        ("settings",),
        ("cli",),
        ("runtimes",),
        ("segmentation", "matting"),
        ("pipeline",),
        ("plate",),
        ("correction",),
        ("verdict", "encoding"),
        ("publishers",),
        ("shots",),
        ("shot_list",),
        ("delivery",),
        ("cameras",),
        ("capture",),
        ("commands",),
        ("preview",),
        ("page",),
        ("daemon", "checks", "timing", "service", "catalogue", "demo", "batch"),
        ("run", "cutout", "subscribe", "doctor", "bench", "install"),
        ("__main__",),
    ),
    "train": (
        ("errors", "arrays"),
        (
            "progress",
            "native_stderr",
            "atomic_file",
            "json_file",
            "install_command",
            "field_rules",
            "clock",
        ),
        ("charts", "network"),
        ("datasets",),
        ("datasets.readers",),
        ("runs",),
        ("studio.plans",),
        ("studio.geometry",),
        ("studio.blender",),
        ("studio",),
        ("inputs",),
        ("evaluation",),
        ("initial_weights",),
        ("training",),
        ("pseudolabel", "report", "auxiliary", "recipes"),
        ("commands",),
        ("__main__",),
    ),
    "convert": (
        ("errors", "arrays"),
        (
            "progress",
            "native_stderr",
            "install_command",
            "field_rules",
            "atomic_file",
            "json_file",
            "clock",
        ),
        ("inputs",),
        ("graph",),
        ("edgetpu",),
        ("quantisation",),
        ("parity",),
        ("bundle",),
        ("commands",),
        ("__main__",),
    ),
    "benchmarks": (
        ("datasets", "markdown"),
        ("masks",),
        ("codes", "correction", "edges", "people", "plate", "quantisation", "start", "verdict"),
        ("__main__",),
    ),
}


def _floors(package: str) -> dict[str, int]:
    return {room: floor for floor, rooms in enumerate(LAYERS[package]) for room in rooms}


def _room(parts: tuple[str, ...], package: str) -> str:
    """Room of a module below ``package``, the inner one where a room has rooms."""
    inner = ".".join(parts[:2])
    return inner if inner in _floors(package) else parts[0]


def _file_room(file: str, package: str) -> str:
    return _room(Path(file).with_suffix("").parts[1:], package)


def _crosses(found: Import, package: str) -> bool:
    """Whether an import leaves its room and does not run down."""
    if found.top != package or "." not in found.module:
        return False
    mine, theirs = (
        _file_room(found.file, package),
        _room(tuple(found.module.split(".")[1:]), package),
    )
    floors = _floors(package)
    return mine != theirs and theirs in floors and floors[theirs] >= floors[mine]


@pytest.mark.parametrize("package", LAYERS)
def test_every_file_has_a_room(package: str) -> None:
    """No file lies beside the rooms, and no room is without its place in the order."""
    files = [path.relative_to(ROOT).as_posix() for path in list_files(package)]
    rooms = {_file_room(file, package) for file in files if file != f"{package}/__init__.py"}
    assert rooms == set(_floors(package))


@pytest.mark.parametrize("package", LAYERS)
def test_imports_run_down(package: str) -> None:
    """A room imports only rooms before it; those of one row know nothing of each other."""
    assert [str(found) for found in find_imports(package) if _crosses(found, package)] == []


@pytest.mark.parametrize("package", LAYERS)
def test_no_two_modules_import_each_other(package: str) -> None:
    """There is no import circle between files, imports for types only included."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in list_files(package)
    }
    arrows: dict[str, set[str]] = {module: set() for module in modules}
    for found in find_imports(package):
        mine = found.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        if found.module in modules and found.module != mine:
            arrows[mine].add(found.module)
    assert _circle(arrows) == []


def _circle(arrows: dict[str, set[str]]) -> list[str]:
    """What is left when modules that import nothing of the rest are taken away again and again."""
    left = {module: set(targets) for module, targets in arrows.items()}
    while free := [module for module, targets in left.items() if not targets & left.keys()]:
        for module in free:
            del left[module]
    return sorted(left)


@pytest.mark.parametrize("package", LAYERS)
def test_a_room_says_what_it_is_for(package: str) -> None:
    """Each room's ``__init__`` is one line: its purpose, and nothing re-exported."""
    wrong = []
    for start in sorted((ROOT / package).rglob("__init__.py")):
        body = ast.parse(start.read_text("utf-8")).body
        doc = body[0] if len(body) == 1 else None
        text = (
            doc.value.value
            if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant)
            else ""
        )
        if not isinstance(text, str) or not text or "\n" in text:
            wrong.append(start.relative_to(ROOT).as_posix())
    assert wrong == []


@pytest.mark.parametrize(
    "module",
    [
        "device.settings.config",
        *(
            f"device.{door}"
            for door in ("run", "cutout", "subscribe", "doctor", "bench", "install", "__main__")
        ),
    ],
)
def test_settings_and_doors_open_light(module: str) -> None:
    """Neither reading settings nor a door's first line loads numpy, OpenCV or Pillow."""
    program = (
        f"import sys, {module}\n"
        "print(sorted({'numpy', 'cv2', 'PIL'} & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr[-500:]
