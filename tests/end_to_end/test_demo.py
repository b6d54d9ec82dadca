"""What `make demo` does."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device.demo.__main__ import GARMENTS, main
from tests.support.programs import PATIENCE_S, ROOT, wait_until

CLIP = ROOT / "device" / "demo" / "clip.mp4"
TRUTH = Path(__file__).parent / "data" / "clip_truth"


@pytest.mark.skipif(not CLIP.exists(), reason="the demo clip is not in this tree")
def test_demo_leaves_one_cutout_per_garment(tmp_path: Path) -> None:
    """The demonstration ends well within its time, with a cutout per garment and their sheet."""
    catalogue = tmp_path / "catalogue"
    done = subprocess.run(
        [sys.executable, "-m", "device.demo", "--save", str(catalogue)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    for number in range(1, GARMENTS + 1):
        picture = catalogue / f"garment-{number}.png"
        assert str(picture) in done.stdout
        told = json.loads(picture.with_suffix(".json").read_text("utf-8"))
        assert f"selvedge/demo/cutout/{told['id']}" in done.stdout
        with Image.open(picture) as opened:
            assert opened.mode == "RGBA"
            assert opened.size == (told["width_px"], told["height_px"])
    assert not (catalogue / f"garment-{GARMENTS + 1}.png").exists()
    Image.open(catalogue / "contact-sheet.png").verify()
    for number, truth in enumerate(_truths(), start=1):
        assert _iou(catalogue / f"garment-{number}.png", truth) >= 0.8, truth.name


def _truths() -> list[Path]:
    """The exact alpha of each garment, in the order of the clip."""
    if not (TRUTH / "clip.json").exists():
        return []
    record = json.loads((TRUTH / "clip.json").read_text("utf-8"))
    assert len(record["garments"]) == GARMENTS
    return [TRUTH / garment["alpha"] for garment in record["garments"]]


def _iou(cutout: Path, truth: Path) -> float:
    with Image.open(cutout) as picture, Image.open(truth) as wanted:
        alpha = np.asarray(picture.getchannel("A")) >= 128
        garment = np.asarray(wanted.convert("L")) >= 128
    return float((alpha & garment).sum() / (alpha | garment).sum())


def test_failed_demonstration_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When a part cannot do its work the demonstration ends with 1 and one last sentence."""
    assert main(["--save", str(tmp_path / "catalogue"), "--camera", "nowhere.mp4"]) == 1
    assert "the daemon ended with exit code 2" in capsys.readouterr().err
    (tmp_path / "file").write_text("", "utf-8")
    assert main(["--save", str(tmp_path / "file")]) == 2


def test_demonstration_in_a_terminal_keeps_the_page_open(tmp_path: Path) -> None:
    """Where a person looks, a rig with its page goes on after the cutouts, until Ctrl-C."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "device.demo", "--save", str(tmp_path / "catalogue")],
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
    ) as demonstration:
        os.close(theirs)
        said = ""
        while (
            found := re.search(r"until Ctrl-C.*is open at (http://\S+?)\"", said, re.DOTALL)
        ) is None:
            said += os.read(ours, 65536).decode(errors="replace")
        with urllib.request.urlopen(found[1], timeout=PATIENCE_S) as page:  # noqa: S310 - ours
            assert b"Selvedge" in page.read()
        demonstration.send_signal(signal.SIGINT)
        assert demonstration.wait(PATIENCE_S) == 0
    os.close(ours)


@pytest.mark.parametrize("part", ["device.subscribe", "device.run"])
def test_terminated_demonstration_leaves_nothing(tmp_path: Path, part: str) -> None:
    """SIGTERM, as soon as a part runs, ends every part and removes what was temporary."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = ["-m", "device.demo", "--save", str(tmp_path / "catalogue")]
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as demonstration:
        wait_until(lambda: any(part in line for line in _commands(temporary)))
        demonstration.send_signal(signal.SIGTERM)
        _, printed = demonstration.communicate(timeout=120)
    assert demonstration.returncode == 1
    assert printed.splitlines()[-1] == "selvedge: the demonstration was stopped"
    assert _commands(temporary) == []
    assert list(temporary.iterdir()) == []


def _commands(named: Path) -> list[str]:
    """The command lines of the running programs that name a path."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:  # It has ended in the meantime.
            continue
        found += [line] if str(named) in line else []
    return found
