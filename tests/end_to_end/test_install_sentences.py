"""Every sentence that says how to install something holds a command that works as printed.

A fresh virtual environment has none of the packages, so each program there says what it lacks.
What it prints is handed to a shell as it stands. These tests download packages: they run where
SELVEDGE_INSTALL_TESTS is set.
"""

from __future__ import annotations

import os
import re
import subprocess
import venv
from pathlib import Path

import pytest

from tests.support.imports import ROOT, list_files

pytestmark = pytest.mark.installs

COMMAND = re.compile(r"`([^`]*pip install [^`]*)`")
# These functions make every such command; nothing else may print one.
SOURCES = {
    "device/system/install_command.py",
    "train/install_command.py",
    "convert/install_command.py",
    "benchmarks/masks/install_command.py",
}
PRINT_COMMAND = "{} import install_command; print('`' + install_command({}) + '`')"
MODEL = next((ROOT / "device" / "models" / "garment").glob("*.tflite"))
# Each prints a sentence about the first package that it does not find.
PROVOKING = {
    "device": "import runpy, sys; sys.argv[1:] = ['--camera', 'demo', '--state-dir', sys.argv[1]];"
    "runpy.run_module('device.run', run_name='__main__')",
    "runtime": "import sys, types;"
    "sys.modules['numpy'] = sys.modules['numpy.typing'] = types.ModuleType('numpy');"
    "from device.runtimes.litert import interpreter; interpreter()",
    "broken": "from device.cli.missing_package import missing_package_error;"
    "print(missing_package_error(ImportError('undefined symbol', name='cv2')))",
    "golden": "from device.checks.golden import MEND; print(MEND)",
    "signed": "from pathlib import Path; from device.bundle.signature import check_signature;"
    "check_signature(Path(), b'', Path())",
    "metrics": "from device.daemon.prometheus import PrometheusExporter; PrometheusExporter(0)",
    "train": "from train.__main__ import main; main(['evaluate', 'run', 'data'])",
    "studio": "from train.__main__ import main; main(['studio', 'out'])",
    "convert": f"from convert.__main__ import main; main(['check', '{MODEL}'])",
    "signing": "from convert.bundle.signature import MISSING; print(MISSING)",
    "rembg": PRINT_COMMAND.format("from benchmarks.masks.install_command", "'rembg[cpu]'"),
    "mediapipe": PRINT_COMMAND.format(
        "from benchmarks.masks.install_command", "'mediapipe==0.10.21'"
    ),
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment without packages."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def resolved() -> set[str]:
    """Return the commands that pip has resolved so far."""
    return set()


def provoke(python: Path, program: str, folder: Path) -> str:
    """Run a program without its packages; return the one command that its sentence names."""
    done = subprocess.run(
        [python, "-c", program, str(folder / "state")],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    found = COMMAND.findall(done.stdout + done.stderr)
    assert len(found) == 1, done.stdout + done.stderr
    return str(found[0])


def run(command: str) -> None:
    """Hand a command to a shell, from another folder than the project's."""
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, f"{command}\n{done.stderr[-2000:]}"


def test_no_other_file_prints_a_pip_command() -> None:
    """A sentence with a command of its own would escape the tests below."""
    files = list_files("device", "train", "convert", "benchmarks")
    printing = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(r"pip\W{1,4}install", path.read_text("utf-8"))
    }
    assert printing <= SOURCES


@pytest.mark.parametrize("case", sorted(PROVOKING))
def test_each_command_can_be_resolved(
    case: str, python: Path, tmp_path: Path, resolved: set[str]
) -> None:
    """Pip finds all that the printed command asks for, within the constraints."""
    command = provoke(python, PROVOKING[case], tmp_path)
    if command not in resolved:  # Several sentences name the same one.
        run(command.replace("pip install", "pip install --dry-run --quiet"))
        resolved.add(command)


def test_the_rigs_command_makes_a_rig(tmp_path: Path) -> None:
    """What the daemon prints in an empty environment installs all that the daemon needs."""
    venv.create(tmp_path / "rig", with_pip=True)
    python = tmp_path / "rig" / "bin" / "python"
    run(provoke(python, PROVOKING["device"], tmp_path))
    run(provoke(python, PROVOKING["metrics"], tmp_path))
    run(provoke(python, PROVOKING["signed"], tmp_path))
    photo = next((ROOT / "calibration_images" / "images").glob("*.jpg"))
    run(f"cd {ROOT} && {python} -m device.cutout {photo} -o {tmp_path / 'cutouts'}")
    run(f"cd {ROOT} && {python} -c 'import cryptography, prometheus_client'")
    assert (tmp_path / "cutouts" / f"{photo.stem}.png").exists()


def test_a_pi_keeps_the_numpy_of_its_system(tmp_path: Path) -> None:
    """In an environment that the system's packages show through in, the Pi's extra is named."""
    venv.create(tmp_path / "pi", with_pip=False, system_site_packages=True)
    printed = provoke(
        tmp_path / "pi" / "bin" / "python",
        PRINT_COMMAND.format("from device.system.install_command", ""),
        tmp_path,
    )
    assert "--constraint constraints/pi.txt --editable '.[pi]'" in printed
