"""The rules of the house, read from the source itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.imports import ROOT, find_imports, list_files

PACKAGES = ("train", "convert", "device")
LONGEST_FILE_LINES = 320

# Where each SDK may be named. Whoever wants it elsewhere wants a seam instead.
SDK_HOMES = {
    "picamera2": ("device/cameras/picamera2",),
    "libcamera": ("device/cameras/picamera2",),
    "ai_edge_litert": (
        "device/runtimes/",
        "convert/graph/flatbuffer.py",
        "train/evaluation/bundle_model.py",
    ),
    "tflite_runtime": ("device/runtimes/",),
    "paho": ("device/publishers/",),
    "amqtt": ("device/publishers/embedded.py",),
    "bpy": ("train/studio/",),
    "cryptography": ("convert/bundle/signature.py", "device/bundle/signature.py"),
    "tensorflow": ("train/", "convert/"),
    "keras": ("train/", "convert/"),
    "matplotlib": ("train/charts/",),
    "zxingcpp": ("device/capture/zxing_decoder.py",),
    "starlette": ("device/page/",),
    "uvicorn": ("device/page/",),
    "jinja2": ("train/report/page.py",),
}

# Files that are themselves loaded inside a function, by `device/page/server.py`.
LATE_FILES = tuple(
    f"device/page/{name}.py" for name in ("bodies", "connections", "gate", "routes", "web_files")
)

# A seam's contract, which anybody may import, and the only files that may look behind it.
SEAMS = {
    "cameras": ("camera", "feed"),
    "runtimes": ("runtime",),
    "publishers": ("publisher",),
}
COMPOSITION_ROOTS = (
    *("run.py", "subscribe.py", "doctor.py", "bench.py"),
    *(
        "batch/cutting.py",
        "daemon/broker_connection.py",
        "daemon/composition.py",
        "daemon/startup.py",
        "daemon/state.py",
        "timing/",
        "checks/",
        "demo/",
        "catalogue/inbox.py",
    ),
)

COMMANDS = (
    *("device.run", "device.cutout", "device.subscribe", "device.doctor", "device.bench"),
    "device.install",
    *("train", "train fit", "train evaluate", "train import", "convert", "convert check"),
    *("train report", "train chart", "train check", "train pseudolabel", "train architecture"),
    *("train compare-inits", "train average", "train recipe"),
    *("convert verify", "convert measure", "convert diff", "convert sign", "convert keygen"),
)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_meet_through_files_only(package: str) -> None:
    """Training, conversion and the rig never import one another."""
    others = set(PACKAGES) - {package}
    assert [str(found) for found in find_imports(package) if found.top in others] == []


def test_no_training_framework_on_the_rig() -> None:
    """Neither TensorFlow nor Keras nor Blender is imported anywhere in the device package."""
    heavy = {"tensorflow", "keras", "tf_keras", "bpy", "scipy"}
    assert [str(found) for found in find_imports("device") if found.top in heavy] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_sdks_stay_in_their_ownlist_files(package: str) -> None:
    """Each SDK is named only where the table above says."""
    strays = [
        str(found)
        for found in find_imports(package)
        if found.top in SDK_HOMES and not found.file.startswith(SDK_HOMES[found.top])
    ]
    assert strays == []


@pytest.mark.parametrize("package", ["device", "convert"])
def test_sdks_are_loaded_when_needed(package: str) -> None:
    """On the rig and in conversion an SDK is imported inside a function, never with the file."""
    eager = [
        str(found)
        for found in find_imports(package)
        if found.top in SDK_HOMES and not found.lazy and not found.file.startswith(LATE_FILES)
    ]
    assert eager == []


def test_only_composition_roots_see_implementations() -> None:
    """Outside its own folder a camera, runtime or publisher is known by its Protocol alone."""
    strays = []
    for found in find_imports("device"):
        _, _, inner = found.module.partition("device.")
        room, _, module = inner.partition(".")
        if room not in SEAMS or not module or module.partition(".")[0] in SEAMS[room]:
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
        *(
            "device/subscribe.py",
            "device/doctor.py",
            "device/bench.py",
            "device/daemon/composition.py",
        ),
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
        for path in list_files(*PACKAGES, "benchmarks", "tests")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE_LINES
    }
    assert long == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_comes_without_heavyfind_imports(command: str) -> None:
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
