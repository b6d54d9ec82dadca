"""What the rig's commands say where a package is missing or broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from device.cli.missing_package import missing_package_error
from device.system.install_command import install_command
from tests.support.mosquitto import free_port

PROJECT = Path(__file__).parents[3]
INSTALL = f"run `{install_command()}`"


def _run_without(package: str, module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process in which a package cannot be imported."""
    program = (
        f"import runpy, sys; sys.modules[{package!r}] = None\n"
        f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("package", ["cv2", "numpy", "PIL"])
def test_the_doctor_names_a_missing_package(package: str, tmp_path: Path) -> None:
    """Where a package for pictures is missing, the doctor FAILs it by name and checks on."""
    done = _run_without(
        *(package, "device.doctor", "--json", "--state-dir", tmp_path, "--camera", "demo")
    )
    assert done.stderr == ""
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert found["pictures"] == {
        "name": "pictures",
        "level": "FAIL",
        "detail": f"{package} is not installed",
        "mend": INSTALL,
    }
    assert found["disk"]["level"] == "ok"


@pytest.mark.parametrize("package", ["cv2", "numpy"])
def test_the_doctor_names_it_under_the_daemons_configuration(package: str, tmp_path: Path) -> None:
    """With --config too there is a FAIL line and no traceback, down to the last check."""
    config = tmp_path / "rig.toml"
    config.write_text(f'camera = "demo"\nbroker = "embedded:{free_port()}"\n', "utf-8")
    done = _run_without(package, "device.doctor", "--config", config)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"FAIL pictures: {package} is not installed — {INSTALL}" in done.stdout
    assert "disk: " in done.stdout
    assert "FAIL config: " not in done.stdout  # Reading settings needs neither.
    assert "FAIL camera: " in done.stdout


@pytest.mark.parametrize("package", ["paho", "amqtt"])
def test_the_doctor_names_a_missing_client_or_broker(package: str) -> None:
    """Without the MQTT client, or without the embedded broker's package, the broker FAILs."""
    done = _run_without(package, "device.doctor", "--broker", "embedded:0")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"FAIL broker: {package} is not installed — {INSTALL}" in done.stdout


@pytest.mark.parametrize(
    ("package", "module", "arguments"),
    [
        ("cv2", "device.run", ["--camera", "demo"]),
        ("numpy", "device.run", ["--camera", "demo"]),
        ("tomli_w", "device.run", ["--camera", "demo", "--check-config"]),
        ("amqtt", "device.run", ["--camera", "demo", "--broker", "embedded:0", "--state-dir", "."]),
        ("cv2", "device.bench", []),
        ("numpy", "device.bench", ["--frames", "1"]),
        ("paho", "device.subscribe", ["--broker", "mqtt://localhost", "--save", "."]),
    ],
)
def test_a_missing_package_is_one_sentence(
    package: str, module: str, arguments: list[str], tmp_path: Path
) -> None:
    """Every command names the package and how to install it, with exit code 2."""
    placed = [str(tmp_path) if argument == "." else argument for argument in arguments]
    done = _run_without(package, module, *placed)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if "level=info" not in line]
    assert lines == [f"selvedge: {package} is not installed: {INSTALL}"]


@pytest.mark.parametrize("module", ["device.run", "device.bench", "device.doctor"])
def test_help_comes_without_numpy(module: str) -> None:
    """--help works before anything is installed."""
    done = _run_without("numpy", module, "--help")
    assert done.returncode == 0, done.stderr
    assert "usage: " in done.stdout


def test_a_broken_package_is_told_with_its_reason() -> None:
    """A package that is there and does not load is reported with the system's own reason."""
    error = ImportError("libGL.so.1: cannot open shared object file", name="cv2")
    lines = str(missing_package_error(error))
    assert lines.startswith("cv2 cannot be loaded (libGL.so.1: cannot open shared object file)")
    assert ".[device]" in lines
    assert str(missing_package_error(ImportError("numpy.core.multiarray failed"))).startswith(
        "a package cannot"
    )


def test_a_fault_of_our_own_is_not_blamed_on_the_installation() -> None:
    """A file of this package that does not import is no matter for pip."""
    with pytest.raises(ImportError):
        missing_package_error(
            ModuleNotFoundError("No module named 'device.gone'", name="device.gone")
        )
