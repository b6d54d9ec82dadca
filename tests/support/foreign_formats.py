"""Writes data sets and initial weights in foreign formats."""

from __future__ import annotations

from pathlib import Path

import cv2
import flatbuffers
import keras
import numpy as np
import numpy.typing as npt
import scipy.io
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from train.network.model import list_backbone_layers

LABELS = ["null", "skin", "t-shirt", "boots", "hair", "socks"]


def write_clothing_co_parsing(folder: Path, photos: int = 12) -> None:
    """Write a data set in Clothing Co-Parsing's own layout."""
    (folder / "photos").mkdir(parents=True)
    (folder / "annotations" / "pixel-level").mkdir(parents=True)
    names = np.empty((1, len(LABELS)), object)
    for number, name in enumerate(LABELS):
        names[0, number] = name
    scipy.io.savemat(folder / "label_list.mat", {"label_list": names})
    for number in range(1, photos + 1):
        labels = np.zeros((60, 40), np.uint8)
        for label in range(1, len(LABELS)):
            labels[label * 10 : label * 10 + 10, 10:30] = label
        picture = np.full((60, 40, 3), number * 10, np.uint8)
        cv2.imwrite(str(folder / "photos" / f"{number:04d}.jpg"), picture)
        scipy.io.savemat(
            folder / "annotations" / "pixel-level" / f"{number:04d}.mat", {"groundtruth": labels}
        )


def write_pairs(folder: Path, masks: dict[str, npt.NDArray[np.uint8]]) -> None:
    """Write pictures/ and masks/ with the same stems."""
    for part in ("pictures", "masks"):
        (folder / part).mkdir(parents=True)
    for stem, mask in masks.items():
        cv2.imwrite(str(folder / "pictures" / f"{stem}.jpg"), np.full((50, 50, 3), 99, np.uint8))
        cv2.imwrite(str(folder / "masks" / f"{stem}.png"), mask)


def _published_name(layer_name: str) -> str:
    """Return the name that the published file gives the weights of one of our layers."""
    block, _, part = layer_name.rpartition("_")
    scope = f"{block}/{part}" if part in ("expand", "depthwise", "project") else layer_name
    return f"MobilenetV2/{scope}/Conv2D_Fold;MobilenetV2/{scope}/weights_quant/FakeQuant"


def write_tflite(model: keras.Model, path: Path) -> None:
    """Quantise a model to a .tflite whose weights have the names of the published file."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [np.random.default_rng(step).uniform(-1, 1, (1, *model.input_shape[1:])).astype("f4")]
        for step in range(4)
    )
    graph = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(converter.convert(), 0))
    layers = iter(layer.name for layer in list_backbone_layers(model) if layer.weights)
    for operator in graph.subgraphs[0].operators:
        code = graph.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) in (
            schema.BuiltinOperator.CONV_2D,
            schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        ):
            weight = graph.subgraphs[0].tensors[operator.inputs[1]]
            weight.name = _published_name(next(layers)).encode()
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(graph.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
