"""Initial weights from a quantised ``.tflite``: the published DeepLab, or one of our bundles.

Both keep the names of their layers, so each convolution is found by name and dequantised
(real = scale * (q - zero_point), TFLite quantisation specification). Their batch norms are folded
into weights and biases; `train.initial_weights.folded_norms` unfolds those of our head.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.initial_weights.slim import slim_to_layer_name
from train.initial_weights.weights import Convolution, Weights, hash_files

_TFLITE_IDENTIFIER = b"TFL3"
# The converter names a kernel by the layers' path and the operation that uses it, such as
# functional_3_1/deeplabv3plus_mobilenetv2_1/aspp_rate3_depthwise_norm_1/batchnorm/mul.
_OUR_KERNEL = re.compile(
    r"deeplabv3plus_mobilenetv2_\d+/(?P<layer>\w+?)(?P<norm>_norm)?_\d+/"
    r"(?:convolution|depthwise|batchnorm/mul)"
)


def _find_layer_name(kernel: str) -> str:
    """Return the name of our layer for a kernel of a bundle of ours or of the published model."""
    ours = _OUR_KERNEL.search(kernel)
    # Names of fused and folded scopes come first, joined by semicolons.
    return ours["layer"] if ours else slim_to_layer_name(kernel.rsplit(";", maxsplit=1)[-1])


def _dequantise(tensor: Any, buffers: list[Any]) -> Float32Array:
    """Return a constant tensor of any supported type as float32."""
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


def read_tflite(path: Path) -> Weights:
    """Read each convolution of a ``.tflite``.

    Raises:
        UsageError: the file is not a TFLite model.
    """
    raw = path.read_bytes()
    if raw[4:8] != _TFLITE_IDENTIFIER:
        raise UsageError(f"initial weights {path} are not a TFLite model: give a .tflite file")
    from tensorflow.lite.python import schema_py_generated as schema  # noqa: PLC0415 - heavy

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(raw, 0))
    except Exception as error:  # flatbuffers documents no exceptions
        raise UsageError(f"initial weights {path} are damaged: fetch the file again") from error
    graph, buffers = model.subgraphs[0], model.buffers
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    convolutions = {}
    for operator in graph.operators:
        code = codes[operator.opcodeIndex]
        if code not in (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D):
            continue
        weight = graph.tensors[operator.inputs[1]]
        name = _find_layer_name(weight.name.decode())
        try:
            # TFLite: (out, rows, columns, in), depthwise (1, rows, columns, in).
            kernel = _dequantise(weight, buffers).transpose(1, 2, 3, 0)
            # The bias is optional: without one its index is missing or -1.
            biases = [graph.tensors[index] for index in operator.inputs[2:3] if index >= 0]
            bias = _dequantise(biases[0], buffers) if biases else None
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"initial weights {path} hold {name} in a form that is not read: give a float32, "
                "int8 or uint8 model"
            ) from error
        convolutions[name] = Convolution(kernel, bias)
    return Weights("tflite", path.name, hash_files([path]), convolutions)
