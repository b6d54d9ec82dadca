"""`python -m device.run`, used wrongly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.shipped import default_bundle_path
from device.settings.config import Config
from device.settings.declaration import list_settings
from tests.support.mosquitto import free_port


def _run(
    *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "device.run", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},
    )


def _photos(folder: Path) -> str:
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((48, 64, 3), 120, np.uint8))
    return f"photos:{folder}"


def _broken_bundle(folder: Path) -> str:
    bundle = folder / "bundle"
    shutil.copytree(default_bundle_path(), bundle)
    model = next(bundle.glob("*.tflite"))
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    return str(bundle)


def _written(folder: Path, text: str) -> str:
    path = folder / "rig.toml"
    path.write_text(text, "utf-8")
    return str(path)


CASES: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "no camera named": (lambda _: [], "--camera 0"),
    "missing camera": (lambda _: ["--camera", "/dev/video77"], "/dev/video77"),
    "missing file": (lambda _: ["--camera", "nowhere.mp4"], "nowhere.mp4"),
    "missing folder": (lambda _: ["--camera", "photos:/nowhere"], "/nowhere"),
    "empty folder": (lambda folder: ["--camera", f"photos:{folder}"], "no photo"),
    "missing bundle": (lambda _: ["--camera", "0", "--model", "/nowhere"], "/nowhere"),
    "changed bundle": (lambda f: ["--camera", "0", "--model", _broken_bundle(f)], "sha256"),
    "no broker address": (lambda _: ["--camera", "0", "--broker", "studio"], "not an address"),
    "password in address": (
        lambda _: ["--camera", "0", "--broker", "mqtt://u:geheim@h"],
        "--password-file",
    ),
    "missing password file": (
        lambda f: ["--camera", _photos(f / "p"), "--password-file", "/nowhere/pw"],
        "/nowhere/pw",
    ),
    "unreachable broker": (
        lambda f: [
            *("--camera", _photos(f / "p"), "--broker-wait-s", "0.5"),
            *("--broker", f"mqtt://127.0.0.1:{free_port()}"),
        ],
        "cannot be reached",
    ),
    "unusable rig": (lambda _: ["--camera", "0", "--rig", "a/b"], "rig name 'a/b'"),
    "missing config": (lambda _: ["--config", "/nowhere.toml"], "/nowhere.toml"),
    "broken config": (lambda f: ["--config", _written(f, "camera = ")], "not TOML"),
    "misspelt key": (lambda f: ["--config", _written(f, 'camra = "0"')], "'camera'"),
    "unwritable state": (
        lambda f: ["--camera", _photos(f / "p"), "--state-dir", "/proc/nowhere"],
        "--state-dir",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_wrong_usage_is_one_sentence(tmp_path: Path, case: str) -> None:
    """Every mistake ends with exit code 2 and one line that names it, and never a traceback."""
    make, words = CASES[case]
    done = _run(*make(tmp_path), environment={"XDG_STATE_HOME": str(tmp_path / "state")})
    printed = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    assert printed[-1].startswith("selvedge: ")
    assert words in printed[-1]
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_busy_port_is_one_sentence(tmp_path: Path) -> None:
    """When another broker has the port, the error says how to use that one."""
    import socket  # noqa: PLC0415 - for this test alone

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = _run(
            *("--camera", _photos(tmp_path / "p"), "--broker", f"embedded:{port}"),
            *("--state-dir", str(tmp_path / "state")),
        )
    assert done.returncode == 2
    assert f"--broker mqtt://localhost:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_config_prints_and_starts_nothing(tmp_path: Path) -> None:
    """--check-config prints what would be in effect, and ends with 0, without a camera."""
    file = _written(tmp_path, 'camera = "rtsp://admin:geheim@10.0.0.9/x"\n[still]\nsettle_s = 2\n')
    done = _run(
        *("--config", file, "--rig", "r-9", "--check-config"),
        environment={"STATE_DIRECTORY": "/var/lib/selvedge/x"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert 'rig = "r-9"' in done.stdout
    assert "settle_s = 2.0" in done.stdout
    assert 'state_dir = "/var/lib/selvedge/x"' in done.stdout
    assert "geheim" not in done.stdout


def test_help_says_which_flags_are_keys_of_the_file() -> None:
    """The flags that --help calls keys of the TOML file are keys, and the others are not."""
    printed = _run("--help").stdout
    flags = re.findall(r"^  --([a-z-]+)", printed, flags=re.MULTILINE)
    last = flags.index(re.findall(r"Every flag down to --([a-z-]+) is also a key", printed)[0])
    are_keys = [flag.replace("-", "_") in list_settings(Config) for flag in flags]
    assert len(are_keys) > last + 1
    assert are_keys == [number <= last for number in range(len(flags))]
