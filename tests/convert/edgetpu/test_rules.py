"""Each rule of the Edge TPU compiler, on a made-up op."""

from __future__ import annotations

from typing import Any

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert.edgetpu.op_versions import lower_op_versions
from convert.edgetpu.prediction import predict_placements
from convert.edgetpu.rules import place_op
from convert.graph.flatbuffer import Graph, Op, Tensor, read_graph


def tensor(*sizes: int, dtype: str = "INT8", **more: Any) -> Tensor:
    """Return a tensor, computed by default."""
    return Tensor(
        index=more.pop("index", 0),
        name="t",
        shape=more.pop("shape", sizes),
        sizes=sizes,
        dtype=dtype,
        constant=more.pop("constant", False),
        state=False,
        scales=(0.1,),
        zero_points=(0,),
        **more,
    )


def numbers(*values: int) -> Tensor:
    """Return a constant list of axes, sizes or strides."""
    return tensor(len(values), dtype="INT32", constant=True, values=values)


def weights(*sizes: int, **more: Any) -> Tensor:
    """Return constant 8-bit weights."""
    return tensor(*sizes, constant=True, **more)


def op(name: str, inputs: list[Tensor], output: Tensor, version: int = 1, **options: Any) -> Op:
    """Return an op with one output."""
    return Op(0, name, custom=False, inputs=tuple(inputs), outputs=(output,), options=options,
              version=version)  # fmt: skip


def resize(before: int, after: int, name: str = "RESIZE_BILINEAR", **options: Any) -> Op:
    """Return a resize of square maps with 32 channels."""
    inputs = [tensor(1, before, before, 32), numbers(after, after)]
    return op(name, inputs, tensor(1, after, after, 32), **options)


X = tensor(1, 16, 16, 8)
DENSE = weights(10, 64)
CASES = [
    ("tpu", op("ADD", [X, weights(1, 1, 1, 8)], X)),
    ("tpu", op("MUL", [X, tensor(1, 1, 1, 8)], X)),
    ("cpu", op("ADD", [tensor(2, 16, 16, 8)] * 2, tensor(2, 16, 16, 8))),
    ("cpu", op("ADD", [tensor(1, 8, dtype="FLOAT32")] * 2, tensor(1, 8, dtype="FLOAT32"))),
    ("cpu", op("QUANTIZE", [tensor(1, 8, dtype="FLOAT32")], tensor(1, 8))),
    ("tpu", op("QUANTIZE", [tensor(1, 8, dtype="UINT8")], tensor(1, 8))),
    # A dynamic batch of 1 is compiled; a dynamic height is not.
    ("tpu", op("RELU", [tensor(1, 8, 8, 3, shape=(-1, 8, 8, 3))], X)),
    ("cpu", op("RELU", [tensor(1, 1, 8, 3, shape=(1, -1, 8, 3))], X)),
    ("cpu", op("HARD_SWISH", [X], X)),
    ("cpu", op("LEAKY_RELU", [X], X)),
    ("cpu", op("MIRROR_PAD", [X, numbers(0, 0, 1, 1)], X)),
    ("cpu", op("SPACE_TO_BATCH_ND", [X], X)),
    ("cpu", op("DEPTH_TO_SPACE", [X], X)),
    ("cpu", op("SPLIT_V", [X], X)),
    ("tpu", op("PRELU", [X, weights(1, 1, 8)], X)),
    ("cpu", op("PRELU", [X, weights(16, 16, 8)], X)),
    ("tpu", op("CONV_2D", [X, weights(8, 3, 3, 8)], X, dilationHFactor=2, dilationWFactor=2)),
    ("cpu", op("CONV_2D", [X, weights(8, 3, 3, 8)], X, dilationHFactor=2, dilationWFactor=1)),
    ("cpu", op("CONV_2D", [X, tensor(8, 3, 3, 8)], X)),
    ("tpu", op("FULLY_CONNECTED", [tensor(1, 64), DENSE], tensor(1, 10))),
    ("cpu", op("FULLY_CONNECTED", [tensor(4, 64), DENSE], tensor(4, 10))),
    ("cpu", op("FULLY_CONNECTED", [tensor(1, 64), tensor(10, 64)], tensor(1, 10))),
    ("tpu", op("CONCATENATION", [X, X], tensor(1, 16, 16, 16), axis=3)),
    ("cpu", op("CONCATENATION", [X, X], tensor(1, 16, 16, 16), axis=0)),
    ("tpu", op("CONCATENATION", [X, weights(1, 16, 16, 8, zero=True)], X, axis=3)),
    ("cpu", op("CONCATENATION", [X, weights(1, 16, 16, 8)], X, axis=3)),
    ("cpu", op("CONCATENATION", [X, X, weights(1, 16, 16, 8, zero=True)], X, axis=3)),
    ("tpu", op("MAX_POOL_2D", [X], X, filterHeight=2, filterWidth=2)),
    ("cpu", op("MAX_POOL_2D", [X], X, filterHeight=2, filterWidth=2, fusedActivationFunction=1)),
    ("tpu", op("MEAN", [X, numbers(1, 2)], tensor(1, 8))),
    ("tpu", op("MEAN", [X, numbers(-1)], tensor(1, 16, 16))),
    ("cpu", op("MEAN", [tensor(1, 4, 4, 3), numbers(3)], tensor(1, 4, 4))),
    ("tpu", op("REDUCE_MAX", [tensor(1, 4, 4, 3), numbers(3)], tensor(1, 4, 4))),
    ("cpu", op("SUM", [X, numbers(0)], X)),
    ("tpu", op("SOFTMAX", [tensor(1, 1001)], tensor(1, 1001))),
    ("cpu", op("SOFTMAX", [tensor(1, 20_000)], tensor(1, 20_000))),
    ("cpu", op("SOFTMAX", [X], X)),
    ("tpu", op("STRIDED_SLICE", [X, numbers(0), numbers(1), numbers(1, 1)], X)),
    ("cpu", op("STRIDED_SLICE", [X, numbers(0), numbers(1), numbers(1, 2)], X)),
    ("cpu", op("STRIDED_SLICE", [X, numbers(0), numbers(1), numbers(1)], X, newAxisMask=1)),
    ("tpu", op("SLICE", [X, numbers(0), numbers(1)], X)),
    ("tpu", op("PAD", [X, numbers(0, 0, 1, 1)], tensor(1, 18, 18, 8))),
    ("tpu", op("RESHAPE", [tensor(1, 19, 19, 273)], tensor(1, 1083, 91))),
    ("tpu", op("RESHAPE", [tensor(1, 40, 40, 810)], tensor(1, 14400, 90))),
    ("uncertain", op("RESHAPE", [tensor(1, 48, 48, 255)], tensor(1, 2304, 3, 85))),
    ("cpu", op("RESHAPE", [X, tensor(2, dtype="INT32")], tensor(1, 2048))),
    ("tpu", op("TRANSPOSE_CONV", [numbers(1, 16, 16, 8), weights(8, 2, 2, 8), X], X)),
    ("cpu", op("TRANSPOSE_CONV", [tensor(4, dtype="INT32"), weights(8, 2, 2, 8), X], X)),
    ("uncertain", op("TRANSPOSE", [X, numbers(0, 3, 1, 2)], X)),
    ("tpu", resize(24, 48)),
    ("tpu", resize(64, 128)),
    ("tpu", resize(40, 80, "RESIZE_NEAREST_NEIGHBOR", halfPixelCenters=True)),
    ("tpu", resize(33, 33, alignCorners=True)),
    ("cpu", resize(1, 33, alignCorners=True)),
    ("uncertain", resize(1, 33)),
    ("uncertain", resize(20, 80)),
    ("uncertain", resize(128, 256)),
    ("cpu", resize(33, 513)),
]  # fmt: skip


@pytest.mark.parametrize(("place", "case"), CASES, ids=[case[1].name for case in CASES])
def test_place_op_follows_the_rules(place: str, case: Op) -> None:
    """Each op is placed as in Coral's table and the compiler's logs, with a reason."""
    found, rule = place_op(case)
    assert (found, bool(rule)) == (place, True), rule


def _graph(*ops: Op) -> Graph:
    return Graph((ops[0].inputs[0],), (ops[-1].outputs[0],), ops, 1)


@pytest.mark.parametrize(
    ("name", "version"),
    [("CONV_2D", 6), ("EXP", 2), ("TRANSPOSE_CONV", 4), ("FULLY_CONNECTED", 12)],
)
def test_prediction_maps_nothing_if_an_op_is_too_new(name: str, version: int) -> None:
    """The compiler refuses a model with an op version that it does not know."""
    placements = predict_placements(_graph(op("RELU", [X], X), op(name, [X], X, version)))
    assert {item.placement for item in placements} == {"cpu"}
    assert f"{name} version {version}" in placements[0].rule
    older = predict_placements(_graph(op("RELU", [X], X), op(name, [X], X, 1)))
    assert older[0].placement == "tpu"


def _make_tile(version: int) -> bytes:
    """Return a model of one TILE op of this version, from 1×1 to 4×4."""
    model, graph, operator = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    code, buffer = schema.OperatorCodeT(), schema.BufferT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.TILE
    code.version = version
    buffer.data = list(b"".join(n.to_bytes(4, "little") for n in (1, 4, 4, 1)))
    shapes = [([1, 1, 1, 8], 9, 0), ([4], 2, 1), ([1, 4, 4, 8], 9, 0)]
    for sizes, dtype, buffer_index in shapes:
        each = schema.TensorT()
        each.shape, each.type, each.buffer, each.name = sizes, dtype, buffer_index, b"t"
        graph.tensors = [*(graph.tensors or []), each]
    operator.inputs, operator.outputs = [0, 1], [2]
    graph.inputs, graph.outputs, graph.operators = [0], [2], [operator]
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [schema.BufferT(), buffer]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_lower_op_versions_rewrites_tile() -> None:
    """TILE version 3 becomes version 1, which computes the same; nothing else changes."""
    ours = _make_tile(3)
    lowered = lower_op_versions(ours)
    assert [each.version for each in read_graph(lowered, "lowered").ops] == [1]
    assert sum(a != b for a, b in zip(ours, lowered, strict=True)) == 1
    assert [item.placement for item in predict_placements(read_graph(ours, "ours"))] == ["tpu"]
    assert lower_op_versions(lowered) == lowered
    assert {item.placement for item in predict_placements(read_graph(_make_tile(4), "later"))} == {
        "cpu"
    }
