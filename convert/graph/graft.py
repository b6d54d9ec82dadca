"""Give a finished int8 model a second output: a 1x1 convolution of a tensor that it has anyway.

Everything else stays as it is, byte for byte in what it computes: the first output of the grafted
model is that of the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convert.errors import UsageError
from convert.graph.flatbuffer import IDENTIFIER, load_schema

_LEVELS = 127
_NO_FUSED_ACTIVATION = 0
_PADDING_VALID = 1


@dataclass(frozen=True, slots=True)
class LinearHead:
    """What is grafted: a weighted sum of the channels of each cell.

    Attributes:
        name: of the new output.
        reads: index of the tensor with the features.
        reads_name: its name, which must be the same.
        weights: of its channels' real values.
        bias: added.
        least: smallest value that the output must hold.
        most: largest.
    """

    name: str
    reads: int
    reads_name: str
    weights: tuple[float, ...]
    bias: float
    least: float
    most: float


def graft_head(flatbuffer: bytes, head: LinearHead, what: str) -> bytes:
    """Return the model with one more convolution and one more output, behind its own.

    Args:
        flatbuffer: the int8 model.
        head: the convolution.
        what: name of the model in an error.

    Raises:
        UsageError: the model has not the tensor that the head reads, or has a second output.
    """
    import flatbuffers  # noqa: PLC0415 - comes with TensorFlow, as the schema does

    schema = load_schema()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(flatbuffer, 0))
    graph = model.subgraphs[0]
    if len(graph.outputs) != 1:
        raise UsageError(f"{what} has a second output already: graft onto the bundle before that")
    source = _find_source(schema, graph, head, what)
    source_scale = float(source.quantization.scale[0])
    weights = np.asarray(head.weights, np.float64)
    scale = max(float(np.abs(weights).max()), 1e-12) / _LEVELS
    kernel = np.clip(np.round(weights / scale), -_LEVELS, _LEVELS).astype(np.int8)
    bias = np.array([round(head.bias / (scale * source_scale))], np.int32)
    made_scale, made_zero = _choose_range(head.least, head.most)
    shape = [int(size) for size in source.shape]
    int8, int32 = schema.TensorType.INT8, schema.TensorType.INT32

    def add(
        name: str, sizes: Sequence[int], dtype: int, step: tuple[float, int], data: bytes
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.type = f"{head.name}{name}".encode(), dtype
        tensor.shape = np.asarray(sizes, np.int32)
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([step[0]], np.float32)
        tensor.quantization.zeroPoint = np.array([step[1]], np.int64)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data, np.uint8) if data else None
        model.buffers.append(buffer)
        tensor.buffer = len(model.buffers) - 1
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    kernel_sizes = (1, 1, 1, len(kernel))
    inputs = (
        head.reads,
        add("/kernel", kernel_sizes, int8, (scale, 0), kernel.tobytes()),
        add("/bias", (1,), int32, (scale * source_scale, 0), bias.tobytes()),
    )
    output = add("", (*shape[:3], 1), int8, (made_scale, made_zero), b"")
    graph.operators.append(_make_convolution(schema, model, inputs, output))
    graph.outputs = np.array([int(graph.outputs[0]), output], np.int32)
    _name_output(schema, model, head.name, output)
    builder = flatbuffers.Builder(len(flatbuffer) + 4096)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def _find_source(schema: Any, graph: Any, head: LinearHead, what: str) -> Any:  # noqa: ANN401 - generated code without types
    if head.reads < len(graph.tensors):
        source = graph.tensors[head.reads]
        named = source.name.decode("utf-8", "replace") == head.reads_name
        if (
            named
            and source.type == schema.TensorType.INT8
            and int(source.shape[3]) == len(head.weights)
        ):
            return source
    raise UsageError(
        f"{what} has not the tensor that the head reads: fit the head to this bundle again"
    )


def _choose_range(least: float, most: float) -> tuple[float, int]:
    """Return scale and zero point of an int8 tensor that holds 0 exactly."""
    low, high = min(least, 0.0), max(most, 0.0)
    scale = max(high - low, 1e-6) / (2 * _LEVELS + 1)
    return float(np.float32(scale)), round(-128 - low / scale)


def _make_convolution(
    schema: Any,  # noqa: ANN401 - generated code without types
    model: Any,  # noqa: ANN401 - likewise
    inputs: Sequence[int],
    output: int,
) -> Any:  # noqa: ANN401 - likewise
    code = schema.BuiltinOperator.CONV_2D
    known = [max(each.builtinCode, each.deprecatedBuiltinCode) for each in model.operatorCodes]
    # A model of ours has convolutions: the op takes their code, and with it their version.
    if code not in known:
        raise UsageError("the model has no convolution: it is none that a head can be grafted onto")
    options = schema.Conv2DOptionsT()
    options.padding, options.fusedActivationFunction = _PADDING_VALID, _NO_FUSED_ACTIVATION
    options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
    operator = schema.OperatorT()
    operator.opcodeIndex = known.index(code)
    operator.inputs = np.asarray(inputs, np.int32)
    operator.outputs = np.array([output], np.int32)
    operator.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
    operator.builtinOptions = options
    return operator


def _name_output(schema: Any, model: Any, name: str, index: int) -> None:  # noqa: ANN401 - generated code without types
    """Name the output in the signatures too, where the model has some."""
    for signature in model.signatureDefs or []:
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name.encode(), index
        signature.outputs.append(entry)
