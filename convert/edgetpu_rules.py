"""What the Edge TPU compiler maps, op by op.

The rules follow the table of supported operations in Coral's documentation ("TensorFlow models
on the Edge TPU", compiler 16) and what real inputs and outputs of the compiler show. Where
neither decides, the verdict is ``uncertain`` and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Literal

from convert.graph import Op, Tensor

Place = Literal["tpu", "cpu", "uncertain"]
Verdict = tuple[Place, str]

EIGHT_BIT = frozenset({"INT8", "UINT8"})

# Mapped wherever the tensors are 8-bit.
FREE = frozenset(
    {
        *("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "RSQRT"),
        *("RELU", "RELU6", "RELU_N1_TO_1", "LOGISTIC", "TANH", "L2_NORMALIZATION"),
        *("EXPAND_DIMS", "TILE", "SPACE_TO_DEPTH", "QUANTIZE"),
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
    }
)
MAX_POOL_SIDE = 33  # The largest window of an average pool seen mapped.
MAX_RESIZE_CELLS = 64 * 64  # 48×48 was mapped, 513×513 was not; doubtful in between.
REFUSED_RESIZE_CELLS = 513 * 513
MAX_SOFTMAX = 16_000


def judge(op: Op) -> Verdict:
    """Say whether an op by itself can be mapped, and by which rule."""
    if op.custom:
        return "cpu", f"the custom op {op.name} is not known to the Edge TPU"
    return (
        _tensor_fault(op)
        or _specific(op)
        or ("cpu", f"{op.name} is not among the operations that the Edge TPU supports")
    )


def _tensor_fault(op: Op) -> Verdict | None:
    for tensor in (*op.activations, *op.outputs):
        if tensor.dtype not in EIGHT_BIT:
            return "cpu", f"works on {tensor.dtype}, and the Edge TPU knows 8-bit integers only"
        if any(size < 0 for size in tensor.shape):
            return "cpu", f"has the dynamic shape {tensor.shape}, and sizes must be fixed"
        if len(tensor.shape) > 3 and prod(tensor.shape[:-3]) != 1:
            return "cpu", f"has the shape {tensor.shape}: only the last three sizes may exceed 1"
    return None


def _specific(op: Op) -> Verdict | None:
    if op.name in FREE:
        return "tpu", f"{op.name} on 8-bit tensors is supported"
    rule = _RULES.get(op.name)
    return rule(op) if rule else None


def _convolution(op: Op) -> Verdict:
    if not all(tensor.constant for tensor in op.inputs[1:]):
        return "cpu", "the weights are computed, and the Edge TPU needs constant ones"
    down, across = op.options.get("dilationHFactor", 1), op.options.get("dilationWFactor", 1)
    if down != across:
        return "cpu", f"dilation {down}×{across} differs between the two directions"
    if op.inputs[1].dtype not in EIGHT_BIT:
        return "cpu", f"weights are {op.inputs[1].dtype}, not 8-bit"
    return "tpu", f"convolution with 8-bit weights and dilation {down}×{across} is supported"


def _fully_connected(op: Op) -> Verdict:
    if not op.inputs[1].constant:
        return "cpu", "the weights are computed, and the Edge TPU needs constant ones"
    if op.options.get("weightsFormat", 0) != 0:
        return "cpu", "only the default weights format is supported"
    return "tpu", "fully connected with constant 8-bit weights is supported"


def _pool(op: Op) -> Verdict:
    if op.options.get("fusedActivationFunction", 0) != 0:
        return "cpu", "a pool with a fused activation is not supported"
    height, width = op.options.get("filterHeight", 0), op.options.get("filterWidth", 0)
    if max(height, width) > MAX_POOL_SIDE:
        return "uncertain", f"window {height}×{width} is larger than any seen mapped (33×33)"
    return "tpu", f"window {height}×{width} is supported"


def _concatenation(op: Op) -> Verdict:
    if op.options.get("fusedActivationFunction", 0) != 0:
        return "cpu", "a concatenation with a fused activation is not supported"
    if any(tensor.constant for tensor in op.inputs):
        return "uncertain", "a constant part must be all zeros and the only other one"
    if _touches_batch(op.options.get("axis", -1), op.outputs[0]):
        return "cpu", "concatenation along the batch is not supported"
    return "tpu", "concatenation of computed tensors is supported"


def _resize(op: Op) -> Verdict:
    before, after = op.inputs[0].shape[1:3], op.outputs[0].shape[1:3]
    change = f"{before[0]}×{before[1]} to {after[0]}×{after[1]}"
    if before == (1, 1) and after != (1, 1) and op.options.get("alignCorners"):
        return "cpu", f"{change} with align_corners is not mapped (use TILE)"
    if prod(after) >= REFUSED_RESIZE_CELLS:
        return "cpu", f"{change}: resizing to this size is not mapped (do it on the host)"
    if prod(after) > MAX_RESIZE_CELLS or before == (1, 1):
        return "uncertain", f"{change}: some resizes are left out to keep precision"
    return "tpu", f"{change}: small resizes are mapped"


def _nearest(op: Op) -> Verdict:
    if op.options.get("alignCorners") or op.options.get("halfPixelCenters"):
        return "uncertain", "newer versions of this op were refused by compiler 14"
    return _resize(op)


def _reduction(op: Op) -> Verdict:
    axes = op.inputs[1].values if len(op.inputs) > 1 else ()
    if not axes:
        return "uncertain", "the batch cannot be reduced, and the axes are not known"
    shape = op.inputs[0].shape
    axes = tuple(axis % len(shape) for axis in axes)
    if len(shape) == 4 and 0 in axes:
        return "cpu", f"reduces axes {axes}: the batch cannot be reduced"
    if len(shape) - 1 in axes and shape[-1] % 4:
        return "cpu", f"reduces {shape[-1]} channels, which is not a multiple of 4"
    return "tpu", f"reduction of axes {axes} is supported"


def _reshape(op: Op) -> Verdict:
    cells = prod(op.outputs[0].shape)
    if cells > MAX_RESIZE_CELLS:
        return "uncertain", f"reshapes of large tensors ({cells} values) may not be mapped"
    return "tpu", "a reshape of a small tensor is supported"


def _softmax(op: Op) -> Verdict:
    shape = op.inputs[0].shape
    if prod(shape[:-1]) != 1:
        return "cpu", f"softmax over shape {shape}: only one dimension is supported"
    if shape[-1] > MAX_SOFTMAX:
        return "cpu", f"softmax over {shape[-1]} values: at most {MAX_SOFTMAX} are supported"
    return "tpu", "softmax over one dimension is supported"


def _strided_slice(op: Op) -> Verdict:
    if op.options.get("ellipsisMask", 0) or op.options.get("newAxisMask", 0):
        return "cpu", "a strided slice with an ellipsis or a new axis is not supported"
    if len(op.inputs) > 3 and any(stride != 1 for stride in op.inputs[3].values):
        return "cpu", f"strides {op.inputs[3].values}: only 1 is supported"
    return "tpu", "a slice with strides of 1 is supported"


def _pad(op: Op) -> Verdict:
    before, after = op.inputs[0].shape, op.outputs[0].shape
    if len(before) == 4 and before[0] != after[0]:
        return "cpu", "the batch cannot be padded"
    return "tpu", "padding outside the batch is supported"


def _batch_axis(op: Op) -> Verdict:
    if _touches_batch(op.options.get("axis", -1), op.outputs[0]):
        return "cpu", f"{op.name} along the batch is not supported"
    return "tpu", f"{op.name} outside the batch is supported"


def _split(op: Op) -> Verdict:
    axes = op.inputs[0].values
    if not axes:
        return "uncertain", "the axis of the split is not known"
    if _touches_batch(axes[0], op.outputs[0]):
        return "cpu", "a split of the batch is not supported"
    return "tpu", "a split outside the batch is supported"


def _limited(op: Op) -> Verdict:
    return "uncertain", f"{op.name} is supported with limits that this check does not know"


def _touches_batch(axis: int, tensor: Tensor) -> bool:
    return len(tensor.shape) == 4 and axis % 4 == 0


_RULES: dict[str, Callable[[Op], Verdict]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "TRANSPOSE_CONV": _limited,
    "FULLY_CONNECTED": _fully_connected,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "CONCATENATION": _concatenation,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _nearest,
    "MEAN": _reduction,
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "SOFTMAX": _softmax,
    "STRIDED_SLICE": _strided_slice,
    "SLICE": _limited,
    "TRANSPOSE": _limited,
    "PAD": _pad,
    "PACK": _batch_axis,
    "SPLIT": _split,
    "PRELU": _limited,
    "SUM": _reduction,
    "REDUCE_MAX": _reduction,
    "REDUCE_MIN": _reduction,
}
