"""The quantised PASCAL VOC DeepLab as initial weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.foreign_formats import write_tflite
from train.errors import UsageError
from train.initial_weights.loading import load_into_model
from train.initial_weights.tflite_file import read_tflite
from train.network.architecture import Architecture
from train.network.backbone import build_mobilenet_v2
from train.network.model import build_model, list_backbone_layers

PASCAL = "deeplabv3_mnv2_pascal_quant.tflite"


@pytest.fixture(scope="module")
def small() -> Architecture:
    """An architecture that builds and converts in a moment."""
    return Architecture(input_height_px=64, input_width_px=64, width_multiplier=0.35)


@pytest.fixture(scope="module")
def backbone_alone(small: Architecture) -> keras.Model:
    """The backbone with random weights, as one would be quantised."""
    keras.utils.set_random_seed(3)
    image = keras.Input((*small.input_size, 3), batch_size=1)
    return keras.Model(image, build_mobilenet_v2(image, width_multiplier=small.width_multiplier)[1])


@pytest.fixture(scope="module")
def quantised(backbone_alone: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backbone as a quantised .tflite file."""
    path = tmp_path_factory.mktemp("quantised") / "pascal.tflite"
    write_tflite(backbone_alone, path)
    return path


def test_tflite_weights_are_read_to_half_a_quantisation_step(
    small: Architecture, backbone_alone: keras.Model, quantised: Path
) -> None:
    """Every backbone layer loads its quantised weights to half a quantisation step."""
    model = build_model(small)
    report = load_into_model(model, read_tflite(quantised))
    trained = {layer.name: layer for layer in backbone_alone.layers if layer.weights}
    assert set(report.loaded) == set(trained)
    for name in report.loaded:
        ours = model.get_layer(name).get_weights()[0]
        theirs = trained[name].get_weights()[0]
        step = np.abs(theirs).max() / 127
        assert np.abs(ours - theirs).max() <= 0.51 * step, name


def test_loading_lists_layers_without_weights(small: Architecture, quantised: Path) -> None:
    """The layers that start at random are listed: ASPP and decoder, not the backbone."""
    model = build_model(small)
    report = load_into_model(model, read_tflite(quantised))
    assert "garment_logits" in report.fresh
    assert "aspp_rate3_depthwise" in report.fresh
    assert not set(report.fresh) & {layer.name for layer in list_backbone_layers(model)}


def test_loading_refuses_another_width(quantised: Path) -> None:
    """A file of another width is refused with the name of the layer."""
    model = build_model(Architecture(input_height_px=64, input_width_px=64))
    with pytest.raises(UsageError, match=r"for layer Conv, the model"):
        load_into_model(model, read_tflite(quantised))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"hello", "not a TFLite model"), (b"\x1c\0\0\0TFL3" + b"\xff" * 40, "damaged")],
    ids=["text", "damaged"],
)
def test_tflite_reader_refuses_other_files(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A file that is no TFLite model, or a damaged one, gives one sentence."""
    path = tmp_path / "weights.tflite"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read_tflite(path)


def _original_head(features: Any, convolutions: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """Run the published head: pooling, 1x1 branch, projection, class logits."""

    def dense(x: Any, name: str, *, relu: bool = True) -> Any:
        y = x @ convolutions[name].kernel[0, 0] + convolutions[name].bias
        return np.maximum(y, 0) if relu else y

    pooled = dense(features.mean((1, 2), keepdims=True), "image_pooling")
    pooled = np.broadcast_to(pooled, (*features.shape[:3], pooled.shape[-1]))
    both = np.concatenate([pooled, dense(features, "aspp0")], -1)
    projected = dense(both, "concat_projection")
    return np.asarray(dense(projected, "logits_semantic", relu=False))


@pytest.mark.real_data
def test_published_weights_reproduce_the_original_model(
    models_folder: Path, data_folder: Path
) -> None:
    """With the published weights and head, our backbone classifies cells as the original does.

    The original computes in uint8, so not every cell can agree.
    """
    path = models_folder / PASCAL
    image = keras.Input((513, 513, 3), batch_size=1, name="image")
    backbone = keras.Model(image, build_mobilenet_v2(image)[1])
    convolutions = read_tflite(path).convolutions
    for layer in backbone.layers:
        if layer.weights:
            layer.set_weights([convolutions[layer.name].kernel, convolutions[layer.name].bias])
    original = tf.lite.Interpreter(model_path=str(path), num_threads=2)
    original.allocate_tensors()
    photos = sorted((data_folder / "clothing-co-parsing" / "photos").glob("*.jpg"))[:200:40]
    agreement, people = [], 0
    for photo in photos:
        picture = cv2.resize(cv2.imread(str(photo))[..., ::-1], (513, 513))
        original.set_tensor(original.get_input_details()[0]["index"], picture[None])
        original.invoke()
        theirs = original.get_tensor(original.get_output_details()[0]["index"])[0]
        features = np.asarray(backbone(picture[None].astype(np.float32) / 127.5 - 1))
        ours = _original_head(features, convolutions)[0].argmax(-1)
        # align_corners: cell i of 33 lies on pixel 16 * i of 513.
        agreement.append((ours == theirs[::16, ::16]).mean())
        people += int((theirs == 15).any())
    assert people == len(photos), "the original must find a person in every photo"
    assert np.mean(agreement) >= 0.95
