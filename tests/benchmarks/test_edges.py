"""The benchmark of edges measures what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.edges.alpha_error import AlphaError
from benchmarks.edges.colour_error import BACKDROPS, measure_colour_error, spread_pure_colours

PROJECT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.edges", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


def test_zoom_and_matting_beat_plain_interpolation() -> None:
    """On renders never trained on, alpha errors fall from the plain mask to the shot's."""
    data = PROJECT / "calibration_images"
    done = run("--data", data, "--split", "all", "--limit", 12, "--json")
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)
    report = reports["calibration_images"]
    plain, shot = report["full frame, bilinear"], report["full frame and zoom, matting"]
    assert shot["IoU"] > plain["IoU"]
    assert shot["MSE × 1000"] < plain["MSE × 1000"]
    assert shot["boundary F 2 px"] > plain["boundary F 2 px"]


def test_a_folder_that_is_no_dataset_is_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2 and what to do."""
    done = run("--data", tmp_path)
    assert done.returncode == 2
    assert "train import" in done.stderr


def test_a_perfect_alpha_has_no_error() -> None:
    """Truth against itself: no error, full agreement."""
    truth = np.zeros((60, 60), np.float32)
    truth[20:40, 20:40] = 1
    error = AlphaError()
    error.add((truth * 255).astype(np.uint8), truth)
    values = list(error.means().values())
    assert values == pytest.approx([1, 0, 0, 0, 1, 1])


def test_a_backdrop_that_shows_through_is_counted() -> None:
    """The frame's own pixels are wrong in a soft edge, the garment's colour is right."""
    alpha = np.clip(np.linspace(2, -1, 60, dtype=np.float32), 0, 1)[None].repeat(40, axis=0)
    red, green = np.array([200, 0, 0], np.float32), np.array([0, 200, 0], np.float32)
    seen = alpha[..., None] * red + (1 - alpha[..., None]) * green
    pixels = np.round(seen).astype(np.uint8)
    found = np.round(alpha * 255).astype(np.uint8)
    true = spread_pure_colours(pixels, alpha)
    own = np.broadcast_to(red, pixels.shape).astype(np.uint8)
    naive = measure_colour_error(found, pixels, alpha, true, BACKDROPS)
    assert measure_colour_error(found, own, alpha, true, BACKDROPS) < 1 < naive
