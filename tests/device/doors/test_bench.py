"""`python -m device.bench`: that it measures what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.timing.opencv_calls import watch_opencv

PROJECT = Path(__file__).parents[3]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "device.bench", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


def test_stages_and_ratios_belong_together() -> None:
    """The whole is at least its parts, and the ratios are those of the medians."""
    done = run("--json", "--frames", 2, "--width-px", 1280, "--height-px", 960)
    report = json.loads(done.stdout)
    stages = report["stages"]
    assert done.returncode == 0
    assert report["picture"] == {"width_px": 1280, "height_px": 960}
    for path in ("preview", "shot", "shot cold"):
        assert stages[f"{path} preprocess"]["p50_ms"] <= stages[path]["p50_ms"]
        assert report["cpu_ms"][path] > 0
    cold = {f"shot cold {stage}" for stage in ("invoke", "second_look", "parts")}
    assert {"preview invoke", "shot decode", *cold} <= set(stages)
    # A shot of a scene that came to rest asks the model nothing more.
    assert not {"shot invoke", "shot second_look", "shot parts"} & set(stages)
    alone = stages["model"]["p50_ms"] + stages["encoder"]["p50_ms"]
    assert report["shot_ratio"] == pytest.approx(stages["shot"]["p50_ms"] / alone, rel=0.01)
    cold_ratio = stages["shot cold"]["p50_ms"] / alone
    assert report["shot_cold_ratio"] == pytest.approx(cold_ratio, rel=0.01)
    throughput = stages["model"]["p50_ms"] / stages["preview"]["p50_ms"]
    assert report["preview_ratio"] == pytest.approx(throughput, rel=0.01)


def test_the_table_is_for_people() -> None:
    """Without --json there is a table with a sentence at its end."""
    done = run("--frames", 1, "--width-px", 64, "--height-px", 64)
    assert done.returncode == 0
    assert "the model and the encoder alone" in done.stdout.splitlines()[-1]


def test_a_missing_image_is_wrong_usage() -> None:
    """An image that is not there: exit code 2 and one sentence."""
    done = run("--image", "/gone.jpg")
    assert done.returncode == 2
    assert done.stderr == "selvedge: /gone.jpg is not a file: give an image or a folder of images\n"


def test_the_page_says_what_was_measured_and_how() -> None:
    """--markdown prints bundle, date, machine, versions, the command, one table, three remarks."""
    done = run("--markdown", "--frames", 1, "--width-px", 320, "--height-px", 240)
    assert done.returncode == 0
    page = done.stdout
    assert page.startswith("# Speed\n\nBundle: `garment-")
    for version in ("OpenCV ", "numpy ", "LiteRT ", "Date: 20", "Machine: "):
        assert version in page
    command = "python -m device.bench --markdown --frames 1 --width-px 320 --height-px 240"
    assert f"```sh\n{command}\n```" in page
    assert page.count("| --- | --- | --- | --- |") == 1
    assert sum(line.startswith("- ") for line in page.splitlines()) == 3


def test_a_slow_library_call_is_seen() -> None:
    """Each OpenCV function that takes more than 2% of a shot is named with its share."""
    report = json.loads(run("--json", "--frames", 1).stdout)
    calls = report["opencv_calls"]
    assert calls
    assert [call["share"] for call in calls] == sorted(
        (call["share"] for call in calls), reverse=True
    )
    assert all(0.02 <= call["share"] < 1 and call["calls"] >= 1 for call in calls)


def test_watching_opencv_leaves_nothing_behind() -> None:
    """While watched every call counts, also from another thread; afterwards OpenCV is its own."""
    resize, picture = cv2.resize, np.zeros((8, 8), np.uint8)
    with watch_opencv() as times, ThreadPoolExecutor(1) as other:
        small = cv2.resize(picture, (4, 4))
        assert other.submit(cv2.resize, picture, (2, 2)).result().shape == (2, 2)
        with pytest.raises(cv2.error):
            cv2.resize(picture, (0, 0))
    assert cv2.resize is resize
    assert small.shape == (4, 4)
    (call,) = times.find_slow(shots=1, total_ms=1e-6, least_share=0.02)
    assert (call.name, call.calls) == ("resize", 3)
