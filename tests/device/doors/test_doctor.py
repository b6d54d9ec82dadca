"""`python -m device.doctor`: what it finds, and what it says to do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from device.bundle.shipped import default_bundle_path
from device.checks.broker import check_broker
from device.checks.camera import check_camera
from device.checks.clock import check_clock
from device.checks.disk import check_disk
from device.checks.model import check_model
from device.checks.temperature import check_temperature
from device.settings.broker_address import parse_broker
from tests.support.pictures import noise

PROJECT = Path(__file__).parents[3]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "device.doctor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


def checks(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """The checks of a --json report by name."""
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with one photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(noise(20, 30)).save(folder / "a.png")
    return folder


def test_a_clock_that_was_later_before_is_named(tmp_path: Path) -> None:
    """A rig whose clock went back is told to set it, and where the later time is kept."""
    assert check_clock(tmp_path).level == "ok"
    mark = tmp_path / "clock"
    mark.touch()
    os.utime(mark, (4e9, 4e9))
    found = check_clock(tmp_path)
    assert found.level == "warn"
    assert "but was at 2096-10-02 07:06 UTC before" in found.detail
    advice = f"where it is right, remove {mark} and start the rig again"
    assert found.mend == f"set it, or connect a time server; {advice}"


def test_a_healthy_rig_is_told_so(photos: Path, tmp_path: Path) -> None:
    """With all there, nothing FAILs: the model runs, the camera gives, a broker answers."""
    done = run(
        *("--camera", f"folder:{photos}", "--broker", "embedded:0", "--state-dir", tmp_path),
        "--json",
    )
    found = checks(done)
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["healthy"] is True
    assert found["camera"]["detail"].endswith("30×20")
    assert "MQTT 3.1.1" in found["broker"]["detail"]
    assert "runs the model" in found["runtime"]["detail"]
    assert {found[name]["level"] for name in ("bundle", "runtime", "camera", "broker", "disk")} == {
        "ok"
    }


def test_every_fault_is_named_with_its_mend(tmp_path: Path) -> None:
    """A missing camera, an unreachable broker and a broken bundle FAIL, each with what to do."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = run(
        *("--camera", "97", "--broker", f"mqtt://127.0.0.1:{port}", "--model", tmp_path),
        "--json",
    )
    found = checks(done)
    assert done.returncode == 1
    for name in ("camera", "broker", "bundle"):
        assert found[name]["level"] == "FAIL"
        assert found[name]["mend"]
    assert "/dev/video97" in found["camera"]["detail"]


def test_an_open_port_that_is_no_broker_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that accepts and says nothing is not a broker."""
    monkeypatch.setattr("device.checks.broker.CONNECT_TIMEOUT_S", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        found = check_broker(parse_broker(f"mqtt://127.0.0.1:{mute.getsockname()[1]}"))
    assert found.level == "FAIL"
    assert "no MQTT broker at all" in found.detail


def test_the_table_has_a_line_for_each_check() -> None:
    """Without --json each line begins with its level, and what was not named is a warning."""
    done = run()
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split(":")[0].split() for line in lines] == [
        ["ok", "bundle"],
        ["ok", "runtime"],
        ["ok", "golden", "frame"],
        ["ok", "accelerator"],
        ["warn", "camera"],
        ["warn", "broker"],
        ["ok", "disk"],
        ["ok", "clock"],
        lines[-1].split(":")[0].split(),
    ]
    assert "--camera" in lines[4]


def test_a_damaged_photo_is_named_only_where_no_other_is_whole(tmp_path: Path) -> None:
    """A folder is fine as long as one photo of it can be read; else the damaged one is named."""
    (tmp_path / "a.jpg").write_text("text", "utf-8")
    os.utime(tmp_path / "a.jpg", (0, 0))
    found = check_camera(f"photos:{tmp_path}")
    assert (found.level, "a.jpg" in found.detail) == ("FAIL", True)
    Image.fromarray(noise(48, 64)).save(tmp_path / "b.png")
    os.utime(tmp_path / "b.png", (0, 0))
    assert check_camera(f"photos:{tmp_path}").level == "ok"


def test_what_a_hot_folder_never_shoots_is_named(photos: Path) -> None:
    """Raw files and folders, for which somebody waits in vain, are a warning with what to do."""
    assert check_camera(f"folder:{photos}").level == "ok"
    (photos / "DSC_0001.NEF").write_bytes(b"raw")
    (photos / "100NIKON").mkdir()
    found = check_camera(f"folder:{photos}")
    assert found.level == "warn"
    assert "gives 30×20" in found.detail
    assert "(NEF)" in found.detail
    assert "(100NIKON)" in str(found)
    assert found.mend


def test_the_daemons_configuration_is_checked_too(photos: Path, tmp_path: Path) -> None:
    """--config takes camera, broker and folders from the daemon's file."""
    config = tmp_path / "rig.toml"
    config.write_text(
        f'camera = "folder:{photos}"\nbroker = "embedded:0"\nstate_dir = "{tmp_path}"\n',
        encoding="utf-8",
    )
    found = checks(run("--config", config, "--json"))
    assert {found[name]["level"] for name in ("camera", "broker", "disk")} == {"ok"}


@pytest.mark.parametrize(
    "arguments", [["--broker", "nonsense"], ["--config", "/gone.toml"], ["--password-file", "/x"]]
)
def test_wrong_questions_are_refused(arguments: list[str]) -> None:
    """An address that is none, or a file that is not there, is wrong usage: exit code 2."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("selvedge: ")
    assert done.stderr.count("\n") == 1


def test_a_model_that_does_not_load_is_found(tmp_path: Path) -> None:
    """A bundle whose file matches its manifest and is no model fails at the runtime."""
    bundle = Path(shutil.copytree(default_bundle_path(), tmp_path / "bundle"))
    (bundle / "model_int8.tflite").write_bytes(b"text")
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["cpu"]["sha256"] = (
        "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"  # Of "text".
    )
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    levels = {finding.name: finding.level for finding in check_model(bundle)}
    assert levels["bundle"] == levels["accelerator"] == "ok"
    assert levels["runtime"] == "FAIL"


def test_a_state_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    """A file in the place of the state folder is no place for a spool."""
    (tmp_path / "file").touch()
    assert check_disk(tmp_path / "file").level == "FAIL"
    assert check_disk(tmp_path / "not" / "yet").level in {"ok", "warn"}
    assert not (tmp_path / "not").exists()


def test_heat_and_a_weak_supply_are_told(tmp_path: Path) -> None:
    """A hot sensor and the firmware's throttle bits become words; no sensor is no fault."""
    assert check_temperature(tmp_path, tmp_path / "none").level == "ok"
    zone = tmp_path / "thermal_zone0"
    zone.mkdir()
    (zone / "temp").write_text("51234\n", encoding="ascii")
    assert check_temperature(tmp_path, tmp_path / "none").detail == "51 °C"
    (tmp_path / "throttled").write_text("50004\n", encoding="ascii")
    weak = check_temperature(tmp_path, tmp_path / "throttled")
    assert weak.level == "warn"
    assert "throttled now" in weak.detail
    assert "under-voltage since boot" in weak.detail
    (zone / "temp").write_text("83000\n", encoding="ascii")
    assert check_temperature(tmp_path, tmp_path / "none").level == "warn"
