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
start = "start.keras"

[stages.drawn]
command = "train import pairs"
arguments = ["{shirts}/photos", "{shirts}/masks"]
options = { val-share = 0.3 }

[stages.fitted]
command = "train fit"

[stages.fitted.options]
data = ["{drawn}=2"]
init = "{start}"
epochs = 2
head-epochs = 2
learning-rate = 2e-2
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


def write_start(folder: Path) -> None:
    """Write the initial weights of `WHOLE`: of its head alone the training step compiles sooner."""
    import keras  # noqa: PLC0415 - TensorFlow, which few of these tests need

    from train.network.architecture import Architecture  # noqa: PLC0415
    from train.network.model import build_model  # noqa: PLC0415
    from train.runs.model_file import save_model  # noqa: PLC0415

    keras.utils.set_random_seed(1)
    small = Architecture(
        input_height_px=64, input_width_px=64, width_multiplier=0.35, atrous_rates=(1, 2)
    )
    save_model(build_model(small), folder / "start.keras")


def draw_data(folder: Path, count: int = 12) -> Path:
    """Draw the data root of these recipes: photos, masks, and a stand-in for initial weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "start.keras").write_bytes(b"see write_start")
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
