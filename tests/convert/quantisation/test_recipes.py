"""What each recipe does to the network, and that a rig runs the result."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from convert.__main__ import main
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.quantisation.equalisation import equalise_channels
from convert.quantisation.keras_graph import find_rectified_pairs, find_rounded_outputs
from convert.quantisation.tflite_converter import load_run_model
from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.runtimes.litert import TfliteRuntime
from device.segmentation.decode import dequantise_logits
from device.segmentation.preprocess import prepare


@pytest.mark.parametrize("recipe", ["float16", "float32"])
def test_float_recipes_run_on_a_rig(recipe: str, run: Path, photos: Path, tmp_path: Path) -> None:
    """A float bundle is marked as reference, and the rig's runtime reproduces Keras' logits."""
    target = tmp_path / "bundle"
    arguments = [str(run), "-o", str(target), "--calibration", str(photos), "--recipe", recipe]
    assert main(arguments) == 0
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"]["reference"] is True
    assert manifest["files"]["cpu"]["name"] == f"model_{recipe}.tflite"
    loaded = load_bundle(target)
    assert loaded.input.dtype == loaded.output.dtype == "float32"
    photo = read_rgb(open_folder(photos).pictures[0].image)
    tensor, _ = prepare(Frame(photo, "RGB", datetime.now(timezone.utc), 0.0, 0, "t"), loaded.input)
    deployed = dequantise_logits(TfliteRuntime(loaded).invoke(tensor), loaded.output)
    trained = np.asarray(load_run_model(read_run(run))(tensor, training=False))[0, :, :, 0]
    np.testing.assert_allclose(deployed, trained, atol=0.05)


def test_fine_tuning_passes_the_parity_gate(run: Path, photos: Path, tmp_path: Path) -> None:
    """int8-qat fine-tunes, passes the parity gate and records its data in the manifest."""
    target = tmp_path / "bundle"
    arguments = [str(run), "-o", str(target), "--calibration", str(photos), "--recipe", "int8-qat"]
    arguments += ["--finetune-data", str(photos), "--finetune-steps", "8", "--max-drop", "0.01"]
    assert main(arguments) == 0
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"]["fine_tuned"] is True
    assert manifest["recipe"]["fine_tuning"]["data"] == ["polygons"]
    assert manifest["recipe"]["fine_tuning"]["pictures"] == 6
    assert load_bundle(target).input.dtype == "int8"


def test_equalise_channels_keeps_the_logits(run: Path, photos: Path) -> None:
    """Equalisation rescales channels, and the float network computes the same logits."""
    about = read_run(run)
    calibration = RepresentativeDataset(open_folder(photos), about, varied=True)
    before, after = load_run_model(about), load_run_model(about)
    assert equalise_channels(after, calibration) > 0
    for (photo,) in list(calibration.read_samples())[::6]:
        expected = np.asarray(before(photo, training=False))
        np.testing.assert_allclose(np.asarray(after(photo, training=False)), expected, atol=1e-3)


def test_keras_graph_finds_pairs_and_rounded_outputs(run: Path) -> None:
    """Branches are no pairs; folded norms and rectifiers are not rounded on their own."""
    model = load_run_model(read_run(run))
    pairs = find_rectified_pairs(model)
    # Of the five rectifiers, two have two readers each, and one feeds the addition.
    assert [type(pair.second).__name__ for pair in pairs] == ["DepthwiseConv2D", "Conv2D"]
    kinds = [type(operation).__name__ for operation in find_rounded_outputs(model)]
    assert "BatchNormalization" not in kinds
    assert kinds.count("ReLU") == 5
    assert kinds[-1] == "Conv2D"
