"""Initial weights from a deployed PASCAL VOC DeepLab: a quantised ``.tflite``, read back.

The published model keeps the names of the checkpoint that it was trained from, so each
convolution is found by name, dequantised (real = scale * (q - zero_point), the TFLite
quantisation specification) and laid into the Keras layer of the same name. Its batch
normalisations are folded into weight and bias already.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from train.errors import UsageError
from train.model import backbone_layers

Float32Array = npt.NDArray[np.float32]
_TFLITE_IDENTIFIER = b"TFL3"


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution of a deployed model, dequantised.

    Attributes:
        name: scope in the checkpoint, such as ``expanded_conv_7/depthwise`` or ``aspp0``.
        kernel: float32, Keras layout: (rows, columns, in, out), or (rows, columns, in, 1)
            for a depthwise one.
        bias: float32, shape (out,).
    """

    name: str
    kernel: Float32Array
    bias: Float32Array


@dataclass(frozen=True, slots=True)
class Transfer:
    """What an initial checkpoint gave and what it did not.

    Attributes:
        file_name: the checkpoint's name.
        sha256: of its bytes, hexadecimal.
        loaded: names of the Keras layers that took weights.
        fresh: names of the layers with weights that found none and start at random.
    """

    file_name: str
    sha256: str
    loaded: tuple[str, ...]
    fresh: tuple[str, ...]


def _dequantised(tensor: Any, buffers: list[Any]) -> Float32Array:
    """Read a constant tensor as float32, whatever it was stored as."""
    from tensorflow.lite.python import schema_py_generated as schema  # noqa: PLC0415 - heavy

    dtypes = {
        schema.TensorType.UINT8: np.uint8,
        schema.TensorType.INT8: np.int8,
        schema.TensorType.INT32: np.int32,
        schema.TensorType.FLOAT32: np.float32,
    }
    raw = np.frombuffer(bytes(buffers[tensor.buffer].data), dtypes[tensor.type])
    values = raw.reshape(tensor.shape).astype(np.float32)
    quantisation = tensor.quantization
    if quantisation is None or quantisation.scale is None or not len(quantisation.scale):
        return values
    scale = np.asarray(quantisation.scale, np.float32)
    zero_point = np.asarray(quantisation.zeroPoint, np.float32)
    axis_shape = [1] * values.ndim
    if scale.size > 1:
        axis_shape[quantisation.quantizedDimension] = scale.size
    return np.asarray((values - zero_point.reshape(axis_shape)) * scale.reshape(axis_shape))


def _scope(tensor_name: str) -> str:
    """Return the checkpoint scope of a weight: tensor names carry fused and folded scopes."""
    last = tensor_name.rsplit(";", maxsplit=1)[-1]
    scope = re.sub(r"/?weights_quant/.*$|/weights$|/depthwise_weights$", "", last)
    return scope.removeprefix("MobilenetV2/")


def read_convolutions(path: Path) -> list[Convolution]:
    """Read each convolution of a ``.tflite`` in graph order.

    Raises:
        UsageError: the file is missing or is not a TFLite model.
    """
    if not path.is_file():
        raise UsageError(f"initial weights {path} do not exist: give the path of a .tflite file")
    raw = path.read_bytes()
    if raw[4:8] != _TFLITE_IDENTIFIER:
        raise UsageError(f"initial weights {path} are not a TFLite model: give a .tflite file")
    from tensorflow.lite.python import schema_py_generated as schema  # noqa: PLC0415 - heavy

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(raw, 0))
    except Exception as error:  # flatbuffers raises what it trips over
        raise UsageError(f"initial weights {path} are damaged: fetch the file again") from error
    graph, buffers = model.subgraphs[0], model.buffers
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    convolutions = []
    for operator in graph.operators:
        code = codes[operator.opcodeIndex]
        if code not in (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D):
            continue
        weight, bias = (graph.tensors[index] for index in operator.inputs[1:3])
        kernel = _dequantised(weight, buffers)
        # TFLite: (out, rows, columns, in), depthwise (1, rows, columns, in).
        kernel = kernel.transpose(1, 2, 3, 0)
        name = _scope(weight.name.decode())
        convolutions.append(Convolution(name, kernel, _dequantised(bias, buffers)))
    return convolutions


def transfer(model: keras.Model, path: Path) -> Transfer:
    """Lay the weights of ``path`` into the backbone of ``model``, layer by layer.

    Args:
        model: a model of `train.model.build_model` without batch normalisation in its backbone.
        path: the PASCAL VOC DeepLab as ``.tflite``.

    Returns:
        Which layers took weights, and which start fresh. None is passed over in silence.

    Raises:
        UsageError: a backbone layer finds no weights in the file, or of another shape.
    """
    given = {c.name.replace("/", "_"): c for c in read_convolutions(path)}
    loaded = []
    for layer in backbone_layers(model):
        if not layer.weights:
            continue
        convolution = given.get(layer.name)
        if convolution is None:
            raise UsageError(
                f"initial weights {path} have nothing for layer {layer.name}: "
                "give a DeepLab on MobileNetV2"
            )
        wanted = [tuple(weight.shape) for weight in layer.weights]
        found = [convolution.kernel.shape, convolution.bias.shape]
        if wanted != found:
            raise UsageError(
                f"initial weights {path} have shapes {found} for layer {layer.name}, the model "
                f"has {wanted}: choose the width multiplier of the file and no batch norm"
            )
        layer.set_weights([convolution.kernel, convolution.bias])
        loaded.append(layer.name)
    fresh = [layer.name for layer in model.layers if layer.weights and layer.name not in loaded]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Transfer(path.name, sha256, tuple(loaded), tuple(fresh))
