"""A finished bundle as initial weights."""

from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.imports import ROOT
from train.arrays import Float32Array, UInt8Array
from train.initial_weights.folded_norms import find_folded_norms, unfold_norms
from train.initial_weights.loading import load_into_model
from train.initial_weights.tflite_file import read_tflite
from train.network.architecture import Architecture
from train.network.letterbox import normalise
from train.network.model import build_model

BUNDLE = ROOT / "device" / "models" / "garment-small" / "model_int8.tflite"
SIZE = (384, 288)


@pytest.fixture(name="pictures", scope="module")
def _pictures() -> UInt8Array:
    """Six calibration pictures at the bundle's input size, RGB."""
    paths = sorted((ROOT / "calibration_images" / "images").iterdir())[:6]
    read = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    return np.stack([cv2.resize(picture, SIZE[::-1]) for picture in read]).astype(np.uint8)


@pytest.fixture(name="model", scope="module")
def _model(pictures: UInt8Array) -> keras.Model:
    """The network with the bundle's weights, as training begins with it."""
    model = build_model(Architecture(*SIZE))
    report = load_into_model(model, read_tflite(BUNDLE))
    assert not report.fresh
    assert not report.unused
    unfold_norms(find_folded_norms(model), model, [pictures[:3], pictures[3:]])
    return model


def _infer(bundle: Path, pictures: UInt8Array) -> Float32Array:
    interpreter = tf.lite.Interpreter(str(bundle))
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = taken["quantization"]
    logits = []
    for picture in normalise(pictures):
        levels = np.clip(np.round(picture / scale + zero_point), -128, 127).astype(np.int8)
        interpreter.set_tensor(taken["index"], levels[None])
        interpreter.invoke()
        scale_out, zero_point_out = given["quantization"]
        found = interpreter.get_tensor(given["index"])[0].astype(np.float32)
        logits.append((found - zero_point_out) * scale_out)
    return np.stack(logits)


def test_training_goes_on_from_a_bundle(model: keras.Model, pictures: UInt8Array) -> None:
    """Every layer of a bundle is taken, the head's too, and finds the same garments."""
    ours = model.predict_on_batch(normalise(pictures)) > 0
    theirs = _infer(BUNDLE, pictures) > 0
    assert ours.any()
    assert np.mean(ours == theirs) > 0.998


def test_the_first_step_does_not_undo_the_bundle(model: keras.Model, pictures: UInt8Array) -> None:
    """Norms that the bundle has folded see in training what they saw before: nothing jumps."""
    kept = model.predict_on_batch(normalise(pictures)) > 0
    trained = np.asarray(model(normalise(pictures), training=True)) > 0
    assert np.mean(kept == trained) > 0.99
    assert not find_folded_norms(model)
