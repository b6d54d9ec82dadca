"""The README's commands do what the README says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.foreign_formats import write_clothing_co_parsing, write_pairs, write_tflite
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, saved
from train.network.architecture import Architecture
from train.network.model import build_model

ROOT = Path(__file__).resolve().parents[2]
# Run by .ci/run itself, which sets up both environments, or by the Makefile that it calls.
SET_UP = {
    "make demo",
    "make test",
    "python3 -m venv --system-site-packages .venv",
    ".venv/bin/pip install --constraint constraints/pi.txt --editable '.[pi]'",
    "python3 -m venv .venv-dev",
    (
        ".venv-dev/bin/pip install --constraint constraints/workstation.txt "
        "--editable '.[device,train,studio,dev]'"
    ),
}
# Needs Raspberry Pi OS, whose archive alone has python3-picamera2.
ON_THE_PI = {
    "sudo apt install -y python3-venv python3-picamera2 mosquitto mosquitto-clients",
}
RIG = [
    "python -m device.doctor --camera 0 --broker mqtt://localhost",
    "python -m device.run --camera 0 --broker mqtt://localhost --rig studio-1",
    "python -m device.subscribe --broker mqtt://localhost --save cutouts",
    "python -m device.cutout photos -o cutouts",
    "python -m device.cutout photos -o alphas --alpha",
    "python -m device.bench",
    "mosquitto_sub -h localhost -t 'selvedge/studio-1/cutout/+' -C 1 -N > garment.png",
    (
        "mosquitto_pub -h localhost -q 1 -t selvedge/studio-1/command/capture "
        '-m \'{"request_id": "r-1", "sku": "4711"}\''
    ),
]
# What makes each training command small enough for a test; the rest is the README's own.
TRAINING = {
    "python -m train import ccp clothing-co-parsing data/street": "--val-share 0.3",
    "python -m train import pairs photos masks data/studio --name studio": "",
    "python -m train check data/street": "",
    "python -m train studio --scenes 260 --seed 1 data/renders": (
        "--scenes 2 --width-px 48 --height-px 64 --samples 1"
    ),
    "python -m convert check --architecture --input-height-px 384 --input-width-px 288": "",
    "python -m train fit runs/first --data data/street --data data/renders --paste data/studio "
    "--init deeplabv3_mnv2_pascal_quant.tflite": (
        "--epochs 2 --batch-size 4 --input-height-px 64 --input-width-px 64"
    ),
    "python -m train evaluate runs/first --data data/street": "",
    # Two epochs on a handful of pictures give masks that int8 may well change.
    "python -m convert runs/first -o bundles/first --evaluate data/street": "--max-drop 1",
    "python -m convert check bundles/first/model_int8.tflite": "",
    "python -m convert verify bundles/first": "",
    "python -m train report runs/first -o report.html --against bundles/first": "",
    "python -m device.run --camera 0 --broker mqtt://localhost --rig studio-1 "
    "--model bundles/first": "--camera photos:photos --broker embedded:0 --trigger every",
}


def _commands() -> list[str]:
    """Return the command lines of the README's shell blocks and tables, without comments."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = (
        re.sub(r"\s+# .*$", "", line).strip() for block in blocks for line in block.split("\n")
    )
    cells = re.findall(r"^\| `(python [^`]+)` \|", text, re.MULTILINE)
    return [line for line in lines if line] + cells


def test_every_command_is_proven_somewhere() -> None:
    """No command stands in the README that neither a test nor CI runs."""
    assert set(_commands()) == SET_UP | ON_THE_PI | set(RIG) | set(TRAINING)
    recipes = (ROOT / ".ci" / "run").read_text("utf-8") + (ROOT / "Makefile").read_text("utf-8")
    for command in SET_UP:
        essence = command.split(" --editable ")[0].split()[-1]
        assert essence.replace(".venv-dev", "DEV_VENV") in recipes.replace(
            "$(DEV_VENV)", "DEV_VENV"
        )


@pytest.fixture(name="broker")
def _broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.broker
def test_the_rig_section(broker: MosquittoBroker, tmp_path: Path) -> None:
    """Doctor, daemon, subscriber and the mosquitto clients work together as written.

    The camera is a folder of photos, and the broker's port is the test's own.
    """
    camera = draw_photos(tmp_path / "photos", 2)
    here = [("mqtt://localhost", broker.address), ("--camera 0", f"--camera {camera}")]
    doctor, run, subscribe, cut, alphas, bench, sub, pub = (
        _placed(command, here) for command in RIG
    )
    assert _run(doctor, tmp_path).returncode == 0
    state = ["--state-dir", str(tmp_path / "state")]
    watcher = subprocess.Popen(f"{sub} -p {broker.port}", shell=True, cwd=tmp_path)  # noqa: S602
    kept = tmp_path / "cutouts"
    subscriber = Program(*shlex.split(subscribe)[2:-1], str(kept), "--shots", "3")
    try:
        subscriber.wait_for("listening")
        rig = Program(*shlex.split(run)[2:], *state)
        assert rig.end() == 0, rig.text
        assert watcher.wait(timeout=120) == 0
        assert (tmp_path / "garment.png").read_bytes().startswith(b"\x89PNG")
        asked = Program(*shlex.split(run.replace(camera, "demo"))[2:], *state, "--shots", "1",
            "--trigger", "command")  # fmt: skip
        asked.wait_for("is online")
        assert subprocess.run(f"{pub} -p {broker.port}", shell=True, check=False).returncode == 0  # noqa: S602
        assert asked.end() == 0, asked.text
        assert subscriber.end() == 0, subscriber.text
    finally:
        subscriber.kill()
        watcher.kill()
    assert [shot["sku"] for shot in saved(kept).values()] == [None, None, "4711"]
    for command in (cut.replace("cutouts", "cut"), alphas, f"{bench} --frames 2"):
        done = _run(command, tmp_path)
        assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "cut").glob("*.png"))) == 2
    assert len(list((tmp_path / "alphas").glob("*.png"))) == 2


@pytest.mark.blender
def test_the_training_section(tmp_path: Path) -> None:
    """From foreign data to a running rig, each command as written but for its size."""
    write_clothing_co_parsing(tmp_path / "clothing-co-parsing")
    full = np.full((50, 50), 255, np.uint8)
    write_pairs(tmp_path, {f"shirt-{number}": full for number in range(20)})
    shutil.move(tmp_path / "pictures", tmp_path / "photos")
    small = build_model(Architecture(input_height_px=64, input_width_px=64))
    backbone_alone = keras.Model(small.input, small.get_layer("expanded_conv_16_project").output)
    write_tflite(backbone_alone, tmp_path / "deeplabv3_mnv2_pascal_quant.tflite")
    (tmp_path / "calibration_images").symlink_to(ROOT / "calibration_images")
    for command, smaller in TRAINING.items():
        extra = f"{smaller} --state-dir state" if "device.run" in command else smaller
        done = _run(f"{_placed(command, [])} {extra}", tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "bundles" / "first" / "manifest.json").is_file()


def _placed(command: str, substitutions: list[tuple[str, str]]) -> str:
    for before, after in substitutions:
        command = command.replace(before, after)
    return re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", command)


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
