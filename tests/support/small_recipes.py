"""Recipes over drawn shirts, small enough to run to their end in a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.drawn_shirt import draw_shirt, write

ROOT = Path(__file__).parents[2]

# Two data sets, and figures of one of them: no stage needs TensorFlow.
PAIRS = """
format = 1

[data]
shirts = "shirts"

[stages.one]
command = "train import pairs"
arguments = ["{shirts}/photos", "{shirts}/masks"]
options = { val-share = 0.5 }

[stages.other]
command = "train import pairs"
arguments = ["{shirts}/photos", "{shirts}/masks"]
options = { val-share = 0.5 }

[stages.figures]
command = "train evaluate"
options = { predictions = "{one}/masks", data = ["{one}"] }
hours = { cpu = 2.5, gpu = 0.5 }

[profiles.fewer]
limit = 6
"""

# From photos to cutouts by the bundle that was trained on them.
WHOLE = """
format = 1
seed = 3

[data]
shirts = "shirts"

[stages.drawn]
command = "train import pairs"
arguments = ["{shirts}/photos", "{shirts}/masks"]
options = { val-share = 0.3 }

[stages.fitted]
command = "train fit"

[stages.fitted.options]
data = ["{drawn}=2"]
epochs = 2
batch-size = 4
input-height-px = 64
input-width-px = 64
width-multiplier = 0.35
atrous-rates = [1, 2]

[stages.bundle]
command = "convert"
arguments = ["{fitted}"]
options = { calibration = "{drawn}", max-drop = 1.0, recipe = "int8-plain" }

[stages.cutouts]
command = "device.cutout"
arguments = ["{drawn:val}"]
options = { alpha = true, verdicts = "{out}/verdicts.csv", model = "{bundle}" }
"""


def draw_data(folder: Path, count: int = 12) -> Path:
    """Draw the data root of these recipes: ``shirts/photos`` and ``shirts/masks``."""
    for number in range(count):
        picture, mask = draw_shirt(number, size=(96, 72))
        write(folder / "shirts" / "photos" / f"shirt-{number:02}.jpg", picture)
        write(folder / "shirts" / "masks" / f"shirt-{number:02}.png", mask)
    return folder


def write_recipe(folder: Path, text: str) -> Path:
    """Write a recipe file."""
    path = folder / "recipe.toml"
    path.write_text(text, "utf-8")
    return path


def list_words(recipe: Path, data_root: Path, work: Path, *more: str) -> list[str]:
    """Return the words of a command that runs a recipe."""
    command = [sys.executable, "-m", "train", "recipe", str(recipe)]
    return [*command, "--data-root", str(data_root), "--work", str(work), *more]


def run_recipe(
    recipe: Path, data_root: Path, work: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    """Run a recipe in a process of its own."""
    return subprocess.run(
        list_words(recipe, data_root, work, *more),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
