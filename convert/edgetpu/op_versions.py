"""Op versions that the Edge TPU compiler can read, and how newer ones are made readable.

Each op of a TFLite file has a version, which TensorFlow raises when it learns a new data type or
option. The Edge TPU compiler has had no release since 16.0 of 2021 and carries the TensorFlow
Lite of that summer. A version that it does not know ends it with "Didn't find op for builtin
opcode … version …", however harmless the op is: the whole model is refused.
"""

from __future__ import annotations

import struct

from convert.graph.flatbuffer import Graph, Op, schema_module

# Newest version of each op in TensorFlow 2.7 and before, from the table in TensorFlow's
# lite/tools/versioning/runtime_version.cc. Reports against the compiler agree with that line:
# CONV_2D 6 (of 2.9), EXP 2 and TRANSPOSE_CONV 4 (of 2.13) were refused by 16.0.
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
    # Ops that came later altogether.
    **dict.fromkeys(("BUCKETIZE", "DYNAMIC_UPDATE_SLICE", "GELU", "RELU_0_TO_1", "SIGN"), 0),
}
# Version 3 of TILE says "the input is int8" and nothing else; version 1 has the same meaning.
_SAME_MEANING = {("TILE", 3): 1}


def refused_ops(graph: Graph) -> list[Op]:
    """The ops for whose version the compiler would refuse the whole model.

    Those that `readable_by_compiler` mends are not among them.
    """
    return [op for op in graph.ops if _too_new(op) and (op.name, op.version) not in _SAME_MEANING]


def is_rewritten(op: Op) -> bool:
    """Whether `readable_by_compiler` gives this op a version that the compiler knows."""
    return _too_new(op) and (op.name, op.version) in _SAME_MEANING


def readable_by_compiler(flatbuffer: bytes) -> bytes:
    """Write older version numbers of the same meaning, so that the compiler reads the model.

    Args:
        flatbuffer: a TFLite model.

    Returns:
        The same model, byte for byte but for those numbers.
    """
    schema = schema_module()
    model = schema.Model.GetRootAsModel(flatbuffer, 0)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    patched = bytearray(flatbuffer)
    for number in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(number)
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        older = _SAME_MEANING.get((name, code.Version()))
        if older is not None:
            # Field 2 of the table OperatorCode: its offset stands at 4 + 2 · 2 in the vtable.
            place = code._tab.Pos + code._tab.Offset(8)
            struct.pack_into("<i", patched, place, older)
    return bytes(patched)


def _too_new(op: Op) -> bool:
    return not op.custom and op.version > _NEWEST.get(op.name, op.version)
