"""Conversion end to end, on a small model that was really trained."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert.__main__ import main
from convert.graph.flatbuffer import read_graph
from convert.graph.inspection import find_dilations
from convert.inputs.picture_folder import open_folder, read_mask
from device.bundle.bundle import load_bundle
from device.imaging.photo import read_photo
from device.runtimes.litert import TfliteRuntime
from device.segmentation.decode import dequantise_logits, to_frame
from device.segmentation.preprocess import prepare
from train.atomic_file import write_json
from train.network.architecture import Architecture
from train.network.model import build_model
from train.runs.run_folder import RunFolder, describe
from train.runs.schedule import Schedule


def test_device_loads_the_bundle_and_litert_runs_it(bundle: Path) -> None:
    """The device reads the bundle, and LiteRT sees the int8 input and output it states."""
    loaded = load_bundle(bundle)
    interpreter = Interpreter(model_path=str(loaded.files["cpu"].path))
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert taken["dtype"] == given["dtype"] == np.int8
    assert tuple(taken["shape"]) == (1, loaded.input.height_px, loaded.input.width_px, 3)
    assert taken["quantization"] == (
        pytest.approx(loaded.input.scale),
        loaded.input.zero_point,
    )
    assert given["quantization"] == (
        pytest.approx(loaded.output.scale),
        loaded.output.zero_point,
    )
    assert loaded.output.stride == 4


def test_graph_keeps_dilation_and_nothing_strange(bundle: Path) -> None:
    """Dilation sits in a convolution's options; norms are folded; no batch tricks, no casts."""
    graph = read_graph((bundle / "model_int8.tflite").read_bytes(), "the bundle's model")
    assert {op.name for op in graph.ops} == {
        *("CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "RESIZE_BILINEAR", "CONCATENATION"),
    }
    assert find_dilations(graph) == {2}
    weights = [op.inputs[1] for op in graph.ops if op.name == "CONV_2D"]
    assert all(len(tensor.scales) == tensor.shape[0] for tensor in weights), "not per channel"


def test_whole_pixel_range_fits_the_input(bundle: Path) -> None:
    """Black and white reach the model unclipped although no calibration photo holds either."""
    taken = load_bundle(bundle).input
    lowest, highest = ((q - taken.zero_point) * taken.scale for q in (-128, 127))
    assert lowest <= -1 + taken.scale / 2
    assert highest >= 1 - taken.scale


def test_int8_is_as_good_as_float(bundle: Path) -> None:
    """On photos the model finds the garment, and int8 loses next to nothing against float."""
    quality = json.loads((bundle / "manifest.json").read_text("utf-8"))["quality"]
    assert quality["dataset"] == "polygons"
    assert quality["pictures"] == 12
    assert quality["float"]["garment_iou"] > 0.8
    assert quality["int8"]["garment_iou"] > quality["float"]["garment_iou"] - 0.02
    assert quality["int8"]["boundary_f"] > quality["float"]["boundary_f"] - 0.05
    assert quality["agreement"] > 0.97


def test_figures_are_those_of_the_rig(bundle: Path, photos: Path) -> None:
    """The IoU in the manifest is what the rig's own code reaches before it refines the edge."""
    loaded = load_bundle(bundle)
    runtime = TfliteRuntime(loaded)
    both = either = 0
    for picture in open_folder(photos).pictures:
        assert picture.mask is not None
        tensor, box = prepare(read_photo(picture.image), loaded.input)
        cells = dequantise_logits(runtime.invoke(tensor), loaded.output)
        found = to_frame(cells, box, loaded.output.stride) > 0
        truth = read_mask(picture.mask)
        both += int((found & truth).sum())
        either += int((found | truth).sum())
    assert both / either == pytest.approx(loaded.quality["int8"]["garment_iou"], abs=0.005)


def test_manifest_says_where_the_model_comes_from(bundle: Path) -> None:
    """Recipe, representative data and training travel along; the workstation's folders do not."""
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"]["name"] == "int8-per-channel"
    assert manifest["recipe"]["representative_dataset"]["pictures"] == 12
    assert manifest["training"]["run_id"] == "polygons-1"
    assert manifest["training"]["command"] == "python -m train fit a --data polygons"
    assert manifest["training"]["init"]["file"] == "start.keras"
    assert manifest["training"]["data"] == [{"name": "polygons", "licence": "CC0-1.0"}]
    assert manifest["id"] == f"garment-64-{manifest['files']['cpu']['sha256'][:8]}"


def test_terminal_shows_progress_and_figures_and_no_library_noise(
    run: Path, photos: Path, tmp_path: Path
) -> None:
    """From a shell: figures on stdout, progress on stderr, and not one line of TensorFlow's."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "convert", str(run), "-o", str(tmp_path / "bundle")),
            *("--calibration", str(photos / "images"), "--evaluate", str(photos)),
            *("--max-pictures", "2"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "keras and int8 masks agree" in done.stdout
    assert "calibrating, pictures: 36/36" in done.stderr
    assert "measuring on polygons, pictures: 2/2" in done.stderr
    noise = [
        line
        for line in (done.stdout + done.stderr).splitlines()
        if line.startswith(("WARNING", "I0000", "W0000", "Saved artifact", "fully_quantize"))
    ]
    assert noise == []


def test_model_card_outlives_a_new_conversion(
    run: Path, photos: Path, bundle: Path, tmp_path: Path
) -> None:
    """Converting over a bundle keeps its model card and leaves no scratch folder."""
    target = tmp_path / "garment-64"
    shutil.copytree(bundle, target)
    (target / "MODEL_CARD.md").write_text("# By hand\n", "utf-8")
    arguments = [str(run), "-o", str(target), "--calibration", str(photos), "--version", "0.2.0"]
    assert main([*arguments, "--recipe", "int8-plain", "--max-pictures", "1"]) == 0
    assert (target / "MODEL_CARD.md").read_text("utf-8") == "# By hand\n"
    assert load_bundle(target).version == "0.2.0"
    assert [path.name for path in tmp_path.iterdir()] == ["garment-64"]


def test_refused_conversion_leaves_the_old_bundle(
    run: Path, photos: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A graph without the dilation that the run promises is refused and replaces nothing."""
    promising = tmp_path / "run"
    shutil.copytree(run, promising)
    record = json.loads((promising / "run.json").read_text("utf-8"))
    record["architecture"]["atrous_rates"] = [2, 6]
    (promising / "run.json").write_text(json.dumps(record), "utf-8")
    target = tmp_path / "garment-64"
    shutil.copytree(bundle, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    arguments = [str(promising), "-o", str(target), "--calibration", str(photos)]
    assert main([*arguments, "--recipe", "int8-plain"]) == 1
    error = capsys.readouterr().err
    assert "no convolution carries dilation 6" in error
    assert "DEPTHWISE_CONV_2D ×2" in error
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_denser_features_convert_too(photos: Path, tmp_path: Path) -> None:
    """A run of the trainer at output stride 8, where every rate is doubled, becomes a bundle."""
    run = RunFolder(tmp_path / "run")
    shape = Architecture(64, 64, output_stride=8, atrous_rates=(1, 3), width_multiplier=0.35)
    run.path.mkdir()
    build_model(shape).save(run.model)
    about = describe(architecture=shape, schedule=Schedule(), init={}, command="", data=[])
    write_json(run.manifest, about)
    arguments = [str(run.path), "-o", str(tmp_path / "bundle"), "--calibration", str(photos)]
    # An untrained network's masks are chance, and so is what int8 does to them.
    assert main([*arguments, "--recipe", "int8-plain", "--max-drop", "1"]) == 0
    assert load_bundle(tmp_path / "bundle").output.stride == 4
