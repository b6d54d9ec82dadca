"""The rules of the house, read from the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("train", "convert", "device")
LONGEST_FILE_LINES = 320

# Where each SDK may be named. Whoever wants it elsewhere wants a seam instead.
SDK_HOMES = {
    "picamera2": ("device/cameras/picamera2",),
    "libcamera": ("device/cameras/picamera2",),
    "ai_edge_litert": ("device/runtimes/", "convert/graph.py", "train/bundle_model.py"),
    "tflite_runtime": ("device/runtimes/",),
    "paho": ("device/publishers/",),
    "amqtt": ("device/publishers/embedded.py",),
    "bpy": ("train/studio/",),
    "cryptography": ("convert/signature.py", "device/signature.py"),
    "tensorflow": ("train/", "convert/"),
    "keras": ("train/", "convert/"),
}

# A room's contract, which anybody may import, and the only files that may look behind it.
ROOMS = {"cameras": "camera", "runtimes": "runtime", "publishers": "publisher"}
COMPOSITION_ROOTS = (
    *("daemon.py", "run.py", "cutout.py", "subscribe.py", "doctor.py", "bench.py"),
    *("demonstration.py", "head_start.py", "checks/"),
)

COMMANDS = (
    *("device.run", "device.cutout", "device.subscribe", "device.doctor", "device.bench"),
    "device.install",
    *("train", "train fit", "train evaluate", "train import", "convert", "convert check"),
    *("train report", "train chart", "train check", "train pseudolabel", "train architecture"),
    *("train compare-inits", "train average"),
    *("convert verify", "convert diff", "convert sign", "convert keygen"),
)


@dataclass(frozen=True)
class Import:
    """One import, wherever in a file it stands.

    Attributes:
        file: path below the root, with slashes.
        line: line number.
        module: full name of what is imported.
        lazy: whether it runs only when a function is called, or never (for types only).
    """

    file: str
    line: int
    module: str
    lazy: bool

    @property
    def top(self) -> str:
        """The imported package."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        """Where it stands, as an editor can jump to."""
        return f"{self.file}:{self.line} imports {self.module}"


def _files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@lru_cache
def _imports(package: str) -> tuple[Import, ...]:
    found: list[Import] = []
    for path in _files(package):
        file = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text("utf-8"), filename=file)
        found += [
            Import(file, line, name, lazy) for line, name, lazy in _walk(tree, file, lazy=False)
        ]
    return tuple(found)


def _walk(node: ast.AST, file: str, *, lazy: bool) -> Iterator[tuple[int, str, bool]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import():
                for alias in child.names:
                    yield child.lineno, alias.name, lazy
            case ast.ImportFrom():
                assert child.level == 0, f"{file}:{child.lineno} imports relatively"
                yield child.lineno, str(child.module), lazy
                # `from device.cameras import folder` names a module too.
                for alias in child.names:
                    yield child.lineno, f"{child.module}.{alias.name}", lazy
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import_module" in (
                ast.unparse(child.func)
            ):
                yield child.lineno, name, lazy
        deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        )
        yield from _walk(child, file, lazy=lazy or deferred)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_meet_through_files_only(package: str) -> None:
    """Training, conversion and the rig never import one another."""
    others = set(PACKAGES) - {package}
    assert [str(found) for found in _imports(package) if found.top in others] == []


def test_no_training_framework_on_the_rig() -> None:
    """Neither TensorFlow nor Keras nor Blender is imported anywhere in the device package."""
    heavy = {"tensorflow", "keras", "tf_keras", "bpy", "scipy"}
    assert [str(found) for found in _imports("device") if found.top in heavy] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_sdks_stay_in_their_own_files(package: str) -> None:
    """Each SDK is named only where the table above says."""
    strays = [
        str(found)
        for found in _imports(package)
        if found.top in SDK_HOMES and not found.file.startswith(SDK_HOMES[found.top])
    ]
    assert strays == []


@pytest.mark.parametrize("package", ["device", "convert"])
def test_sdks_are_loaded_when_needed(package: str) -> None:
    """On the rig and in conversion an SDK is imported inside a function, never with the file."""
    eager = [str(found) for found in _imports(package) if found.top in SDK_HOMES and not found.lazy]
    assert eager == []


def test_only_composition_roots_see_implementations() -> None:
    """Outside its own folder a camera, runtime or publisher is known by its Protocol alone."""
    strays = []
    for found in _imports("device"):
        _, _, inner = found.module.partition("device.")
        room, _, module = inner.partition(".")
        if room not in ROOMS or not module or module.partition(".")[0] == ROOMS[room]:
            continue
        own_folder = found.file.startswith(f"device/{room}/")
        root = found.file.removeprefix("device/").startswith(COMPOSITION_ROOTS)
        if not own_folder and not root:
            strays.append(str(found))
    assert strays == []


@pytest.mark.parametrize(
    "path",
    [
        *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", ".ci/run"),
        *("train/__main__.py", "convert/__main__.py", "device/run.py", "device/cutout.py"),
        *("device/subscribe.py", "device/doctor.py", "device/bench.py", "device/daemon.py"),
        *("device/cameras/camera.py", "device/runtimes/runtime.py"),
        *("device/publishers/publisher.py", "device/models/garment/manifest.json"),
        *("systemd/selvedge@.service", "systemd/mosquitto/selvedge.conf"),
        *("calibration_images/dataset.json", "docs/adr/0001-layout-and-seams.md"),
        *("tests/train", "tests/convert", "tests/device", "tests/end_to_end"),
    ],
)
def test_house_has_its_rooms(path: str) -> None:
    """What people and scripts rely on lies where it is documented to lie."""
    assert (ROOT / path).exists()


def test_files_stay_short() -> None:
    """No source file has grown past what one noun needs."""
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in _files(*PACKAGES, "benchmarks", "tests")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE_LINES
    }
    assert long == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_comes_without_heavy_imports(command: str) -> None:
    """--help of every command works, and loads neither TensorFlow nor any SDK."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert "usage: " in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert loaded & set(SDK_HOMES) == set()
