"""Recipes: what each does to the network, and that the rig runs what comes out."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from convert.__main__ import main
from convert.inputs.picture_folder import open_folder, read_rgb
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.quantisation.equalisation import equalise
from convert.quantisation.keras_graph import rectified_pairs, rounded_outputs
from convert.quantisation.quantize import load_model
from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.runtimes.litert import TfliteRuntime
from device.segmentation.decode import garment_logits
from device.segmentation.preprocess import prepare


@pytest.mark.parametrize("recipe", ["float16", "float32"])
def test_reference_recipes_run_on_the_rig(
    recipe: str, run: Path, photos: Path, tmp_path: Path
) -> None:
    """A float bundle says that it is for reference, and the rig's runtime gives Keras's logits."""
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
    given = garment_logits(TfliteRuntime(loaded).invoke(tensor), loaded.output)
    trained = np.asarray(load_model(read_run(run))(tensor, training=False))[0, :, :, 0]
    np.testing.assert_allclose(given, trained, atol=0.05)


def test_fine_tuning_keeps_the_masks(run: Path, photos: Path, tmp_path: Path) -> None:
    """int8-qat trains with the rounding in the loop, passes the gate and says on what it did."""
    target = tmp_path / "bundle"
    arguments = [str(run), "-o", str(target), "--calibration", str(photos), "--recipe", "int8-qat"]
    arguments += ["--finetune-data", str(photos), "--finetune-steps", "8", "--max-drop", "0.01"]
    assert main(arguments) == 0
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"]["fine_tuned"] is True
    assert manifest["recipe"]["fine_tuning"]["data"] == ["polygons"]
    assert manifest["recipe"]["fine_tuning"]["pictures"] == 6
    assert load_bundle(target).input.dtype == "int8"


def test_equalising_changes_no_result(run: Path, photos: Path) -> None:
    """Equalised channels fill the range, and the float network's logits stay what they were."""
    about = read_run(run)
    calibration = RepresentativeDataset(open_folder(photos), about, varied=True)
    before, after = load_model(about), load_model(about)
    assert equalise(after, calibration) > 0
    for (photo,) in list(calibration.samples())[::6]:
        wanted = np.asarray(before(photo, training=False))
        np.testing.assert_allclose(np.asarray(after(photo, training=False)), wanted, atol=1e-3)


def test_graph_is_read_as_int8_will_run_it(run: Path) -> None:
    """Branches are no pairs; norms and rectifiers are folded into the convolution before them."""
    model = load_model(read_run(run))
    pairs = rectified_pairs(model)
    # Of the five rectifiers two feed two readers each, and one the addition.
    assert [type(pair.second).__name__ for pair in pairs] == ["DepthwiseConv2D", "Conv2D"]
    kinds = [type(operation).__name__ for operation in rounded_outputs(model)]
    assert "BatchNormalization" not in kinds
    assert kinds.count("ReLU") == 5
    assert kinds[-1] == "Conv2D"
