"""Op versions that the Edge TPU compiler can read, and a way to lower newer ones.

Each op of a TFLite file has a version, which TensorFlow raises when the op gets a new data type or
option. The last release of the Edge TPU compiler, 16.0 of 2021, contains the TensorFlow Lite of
that summer. It refuses a whole model with a newer op version ("Didn't find op for builtin opcode
… version …"), even if the op itself is supported.
"""

from __future__ import annotations

import struct

from convert.graph.flatbuffer import Graph, Op, load_schema

# Newest version of each op up to TensorFlow 2.7, from the table in TensorFlow's
# lite/tools/versioning/runtime_version.cc. Bug reports agree with that limit: 16.0 refused
# CONV_2D 6 (of 2.9), EXP 2 and TRANSPOSE_CONV 4 (of 2.13).
_NEWEST = {
    **dict.fromkeys(
        ("ADD_N", "ELU", "EXP", "EXPAND_DIMS", "FLOOR", "HARD_SWISH", "NEG", "POW", "PRELU"), 1
    ),
    **dict.fromkeys(("RELU_N1_TO_1", "RESHAPE", "ROUND", "SHAPE", "SIN", "SQRT", "WHERE"), 1),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "CAST", "DEPTH_TO_SPACE", "DIV", "FLOOR_DIV"), 2),
    **dict.fromkeys(("L2_NORMALIZATION", "LEAKY_RELU", "MIRROR_PAD", "REDUCE_PROD", "RSQRT"), 2),
    **dict.fromkeys(("SPACE_TO_DEPTH", "SPLIT_V", "SQUARED_DIFFERENCE", "SQUEEZE", "SUM"), 2),
    **dict.fromkeys(("TILE", "TOPK_V2"), 2),
    **dict.fromkeys(("AVERAGE_POOL_2D", "BATCH_TO_SPACE_ND", "BROADCAST_TO", "CONCATENATION"), 3),
    **dict.fromkeys(("GATHER_ND", "LOGISTIC", "MAX_POOL_2D", "MEAN", "PACK", "QUANTIZE"), 3),
    **dict.fromkeys(("REDUCE_MAX", "REDUCE_MIN", "RELU", "RELU6", "SOFTMAX"), 3),
    **dict.fromkeys(("SPACE_TO_BATCH_ND", "TANH", "TRANSPOSE_CONV"), 3),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 3,
    **dict.fromkeys(("ABS", "ADD", "BATCH_MATMUL", "LSTM", "MAXIMUM", "MINIMUM", "PAD"), 4),
    **dict.fromkeys(("PADV2", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "SPLIT"), 4),
    **dict.fromkeys(("SVDF", "UNPACK"), 4),
    **dict.fromkeys(("CONV_2D", "DEQUANTIZE", "GATHER", "MUL", "SLICE", "SUB", "TRANSPOSE"), 5),
    **dict.fromkeys(("DEPTHWISE_CONV_2D", "STRIDED_SLICE"), 6),
    "FULLY_CONNECTED": 9,
    # Ops that were added later.
    **dict.fromkeys(("BUCKETIZE", "DYNAMIC_UPDATE_SLICE", "GELU", "RELU_0_TO_1", "SIGN"), 0),
}
# Version 3 of TILE only states that the input is int8; version 1 computes the same.
_EQUIVALENT = {("TILE", 3): 1}


def find_refused_ops(graph: Graph) -> list[Op]:
    """Return the ops for whose version the compiler would refuse the whole model.

    Ops that `lower_op_versions` changes are not among them.
    """
    return [op for op in graph.ops if _is_too_new(op) and (op.name, op.version) not in _EQUIVALENT]


def is_rewritten(op: Op) -> bool:
    """Return whether `lower_op_versions` gives this op a version that the compiler knows."""
    return _is_too_new(op) and (op.name, op.version) in _EQUIVALENT


def lower_op_versions(flatbuffer: bytes) -> bytes:
    """Replace op versions by older equivalent ones, so that the compiler reads the model.

    Args:
        flatbuffer: a TFLite model.

    Returns:
        The model, unchanged except for the version numbers.
    """
    schema = load_schema()
    model = schema.Model.GetRootAsModel(flatbuffer, 0)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    patched = bytearray(flatbuffer)
    for number in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(number)
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        older = _EQUIVALENT.get((name, code.Version()))
        if older is not None:
            # Version is field 2 of the table OperatorCode: its vtable offset is 4 + 2 · 2 = 8.
            position = code._tab.Pos + code._tab.Offset(8)
            struct.pack_into("<i", patched, position, older)
    return bytes(patched)


def _is_too_new(op: Op) -> bool:
    return not op.custom and op.version > _NEWEST.get(op.name, op.version)
