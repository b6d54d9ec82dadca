"""What a run may be asked for beside the plain path, together in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from train.__main__ import main
from train.errors import UsageError
from train.network.architecture import Architecture
from train.network.backbone import find_block
from train.network.model import build_model, list_backbone_layers
from train.runs.schedule import BLOCKS, Schedule
from train.training.loop import is_out_of_patience
from train.training.phases import build_trained, freeze

SIZE = ("--input-height-px", "64", "--input-width-px", "64", "--width-multiplier", "0.35")


def _events(folder: Path) -> dict[str, list[tuple[int, Any, str]]]:
    """Read event files as TensorBoard does: by tag, the step, the tensor and the plugin."""
    found: dict[str, list[tuple[int, Any, str]]] = {}
    for path in sorted(folder.iterdir()):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                tensor = tf.make_ndarray(value.tensor)
                plugin = value.metadata.plugin_data.plugin_name
                found.setdefault(value.tag, []).append((event.step, tensor, plugin))
    return found


def test_a_run_with_everything_asked_for(drawn_dataset: Path, tmp_path: Path) -> None:
    """Mixed precision, frozen blocks, boundary weight, a strategy, TensorBoard, early stopping.

    The model that such a run leaves is a plain one in float32, its frozen blocks are those of
    the initial weights, and its curve is in the CSV and in the event files alike.
    """
    architecture = Architecture(96, 64, atrous_rates=(1, 2), width_multiplier=0.35)
    start = build_model(architecture)
    start.save(tmp_path / "start.keras")
    run = tmp_path / "run"
    options = (
        *("--init", tmp_path / "start.keras", "--freeze-until", "expanded_conv_12", *SIZE),
        *("--atrous-rates", 1, 2, "--batch-size", 4, "--epochs", 2, "--head-epochs", 0),
        *("--learning-rate", "1e-4", "--patience", 5, "--boundary-weight", 2),
        *("--mixed-precision", "--strategy", "mirrored", "--tensorboard"),
    )
    assert main(["fit", str(run), "--data", str(drawn_dataset), *map(str, options)]) == 0
    model = keras.saving.load_model(run / "model.keras", compile=False)
    assert model.output.dtype == "float32"
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    for layer in list_backbone_layers(model):
        if find_block(layer.name) in BLOCKS[: BLOCKS.index("expanded_conv_12") + 1]:
            for ours, given in zip(
                layer.get_weights(), start.get_layer(layer.name).get_weights(), strict=True
            ):
                np.testing.assert_array_equal(ours, given)
    rows = (run / "history.csv").read_text().splitlines()[1:]
    events = _events(run / "tensorboard")
    curve = [float(row.split(",")[2]) for row in rows]
    assert [float(tensor) for _, tensor, _ in events["garment_iou"]] == pytest.approx(curve)
    assert {"loss", "learning_rate"} <= set(events)
    overlays = [tag for tag, values in events.items() if values[0][2] == "images"]
    assert len(overlays) == 2
    width, height, png = events[overlays[0]][0][1][:3]
    assert (int(width), int(height)) == (192, 256)
    assert tf.io.decode_png(png).shape == (256, 192, 3)
    schedule = json.loads((run / "run.json").read_text())["schedule"]
    assert schedule["strategy"] == "mirrored"


def test_patience_counts_from_the_best_epoch() -> None:
    """Training stops N epochs after the best garment IoU; the head's epochs do not count."""
    curve = [{"garment_iou": iou} for iou in (0.9, 0.2, 0.5, 0.4, 0.45)]
    assert not is_out_of_patience(curve, 3, head_epochs=1)
    assert is_out_of_patience(curve, 2, head_epochs=1)
    assert not is_out_of_patience(curve, None, head_epochs=1)
    assert not is_out_of_patience(curve[:1], 1, head_epochs=1)
    assert not is_out_of_patience([], 1, head_epochs=0)


def test_mixed_precision_keeps_the_weights_whole() -> None:
    """In mixed precision the layers compute in bfloat16, weights and logits stay float32."""
    architecture = Architecture(64, 64, width_multiplier=0.35)
    model = build_trained(architecture, Schedule(mixed_precision=True))
    assert model.get_layer("Conv").compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    picture = np.random.default_rng(1).uniform(-1, 1, (1, 64, 64, 3)).astype("f4")
    logits = np.asarray(model(picture))
    assert logits.dtype == np.float32
    plain = build_model(architecture)
    assert plain.get_layer("Conv").compute_dtype == "float32"
    plain.set_weights(model.get_weights())
    assert np.abs(np.asarray(plain(picture)) - logits).max() < 0.1 * np.abs(logits).max() + 0.02


def test_frozen_blocks_stay_frozen_in_both_phases() -> None:
    """The first blocks never learn, the other ones only after the head's phase."""
    model = build_model(Architecture(64, 64, width_multiplier=0.35))
    schedule = Schedule(freeze_until="expanded_conv_3")
    freeze(model, schedule, head_only=False)
    learning = {find_block(layer.name) for layer in list_backbone_layers(model) if layer.trainable}
    assert learning == set(BLOCKS[5:])
    freeze(model, schedule, head_only=True)
    assert not any(layer.trainable for layer in list_backbone_layers(model))
    with pytest.raises(UsageError, match="no block 'expanded_conv_17'"):
        Schedule(freeze_until="expanded_conv_17")
