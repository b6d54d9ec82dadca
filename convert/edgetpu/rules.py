"""Rules of the Edge TPU compiler, op by op.

The rules follow the table of supported operations in Coral's documentation ("TensorFlow models
on the Edge TPU", compiler 16), published logs of that compiler, and pairs of its real inputs and
outputs; `docs/edge-tpu.md` lists them. If none of these decides, the place is ``uncertain`` and
the rule says why.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from convert.edgetpu.op_versions import is_rewritten
from convert.edgetpu.placement import Decision
from convert.edgetpu.size_rules import SIZE_RULES
from convert.graph.flatbuffer import Op, Tensor

EIGHT_BIT = frozenset({"INT8", "UINT8"})

# Mapped whenever the tensors are 8-bit.
UNCONDITIONAL = frozenset(
    {
        *("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "RSQRT"),
        *("RELU", "RELU6", "RELU_N1_TO_1", "LOGISTIC", "TANH", "L2_NORMALIZATION"),
        *("EXPAND_DIMS", "TILE", "SPACE_TO_DEPTH", "QUANTIZE"),
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
    }
)


def place_op(op: Op) -> Decision:
    """Decide where an op by itself would run, and by which rule."""
    if op.custom:
        return "cpu", f"the custom op {op.name} is not known to the Edge TPU"
    return (
        _check_tensors(op)
        or _apply_rule(op)
        or ("cpu", f"{op.name} is not among the operations that the Edge TPU supports")
    )


def _check_tensors(op: Op) -> Decision | None:
    """Return ``cpu`` if a tensor's type or shape rules out the Edge TPU, otherwise None."""
    for tensor in (*op.activations, *op.outputs):
        if tensor.dtype not in EIGHT_BIT:
            return "cpu", f"works on {tensor.dtype}, and the Edge TPU knows 8-bit integers only"
        # An open batch that stands at 1 is compiled as 1; any other open size is refused.
        if any(size < 0 for size in tensor.shape[1:]) or any(size < 1 for size in tensor.sizes):
            return "cpu", f"has the dynamic shape {tensor.shape}, and sizes must be fixed"
        if len(tensor.sizes) > 3 and prod(tensor.sizes[:-3]) != 1:
            return "cpu", f"has the shape {tensor.sizes}: only the last three sizes may exceed 1"
    return None


def _apply_rule(op: Op) -> Decision | None:
    """Apply the rule of the op's kind; return None if there is none."""
    if is_rewritten(op):
        return "tpu", (
            f"{op.name} on 8-bit tensors is supported; its version {op.version} is newer than the "
            "compiler, and `convert --edgetpu` hands it over as version 1, which means the same"
        )
    if op.name in UNCONDITIONAL:
        return "tpu", f"{op.name} on 8-bit tensors is supported"
    rule = _RULES.get(op.name) or SIZE_RULES.get(op.name)
    try:
        return rule(op) if rule else None
    except IndexError:
        return "uncertain", f"{op.name} has fewer inputs or sizes than it needs"


def _place_convolution(op: Op) -> Decision:
    if not all(tensor.constant for tensor in op.inputs[1:]):
        return "cpu", "the weights are computed, and the Edge TPU needs constant ones"
    down, across = op.options.get("dilationHFactor", 1), op.options.get("dilationWFactor", 1)
    if down != across:
        return "cpu", f"dilation {down}×{across} differs between the two directions"
    if op.inputs[1].dtype not in EIGHT_BIT:
        return "cpu", f"weights are {op.inputs[1].dtype}, not 8-bit"
    return "tpu", f"convolution with 8-bit weights and dilation {down}×{across} is supported"


def _place_fully_connected(op: Op) -> Decision:
    if not op.inputs[1].constant:
        return "cpu", "the weights are computed, and the Edge TPU needs constant ones"
    if op.options.get("weightsFormat", 0) != 0:
        return "cpu", "only the default weights format is supported"
    if op.inputs[1].dtype not in EIGHT_BIT:
        return "cpu", f"weights are {op.inputs[1].dtype}, not 8-bit"
    if prod(op.outputs[0].sizes[:-1]) != 1:
        return "cpu", f"gives {op.outputs[0].sizes}: only a one-dimensional output is supported"
    return "tpu", "fully connected with constant 8-bit weights is supported"


def _place_concatenation(op: Op) -> Decision:
    if op.options.get("fusedActivationFunction", 0) != 0:
        return "cpu", "a concatenation with a fused activation is not supported"
    constant = [tensor for tensor in op.inputs if tensor.constant]
    if constant and (len(op.inputs) != 2 or not constant[0].zero):
        return "cpu", "a constant part must be all zeros and the only other one"
    if _is_batch_axis(op.options.get("axis", -1), op.outputs[0]):
        return "cpu", "concatenation along the batch is not supported"
    return "tpu", "concatenation of computed tensors is supported"


def _place_reduction(op: Op) -> Decision:
    axes = op.inputs[1].values if len(op.inputs) > 1 else ()
    if not axes:
        return "uncertain", "the batch cannot be reduced, and the axes are not known"
    sizes = op.inputs[0].sizes
    axes = tuple(sorted(axis % len(sizes) for axis in axes))
    if len(sizes) == 4 and 0 in axes:
        return "cpu", f"reduces axes {axes}: the batch cannot be reduced"
    if op.name == "MEAN" and len(sizes) - 1 in axes and sizes[-1] % 4:
        return "cpu", f"averages {sizes[-1]} channels, which is not a multiple of 4"
    return "tpu", f"reduction of axes {axes} is supported"


def _place_strided_slice(op: Op) -> Decision:
    if op.options.get("ellipsisMask", 0) or op.options.get("newAxisMask", 0):
        return "cpu", "a strided slice with an ellipsis or a new axis is not supported"
    if not all(tensor.constant for tensor in op.inputs[1:]):
        return "cpu", "its bounds are computed, and sizes must be fixed"
    if len(op.inputs) > 3 and any(stride != 1 for stride in op.inputs[3].values):
        return "cpu", f"strides {op.inputs[3].values}: only 1 is supported"
    return "tpu", "a slice with strides of 1 is supported"


def _place_slice(op: Op) -> Decision:
    if not all(tensor.constant for tensor in op.inputs[1:]):
        return "cpu", "its bounds are computed, and sizes must be fixed"
    return "tpu", "a slice with constant bounds is supported"


def _place_pad(op: Op) -> Decision:
    before, after = op.inputs[0].sizes, op.outputs[0].sizes
    if len(before) == 4 and before[0] != after[0]:
        return "cpu", "the batch cannot be padded"
    return "tpu", "padding outside the batch is supported"


def _place_prelu(op: Op) -> Decision:
    alpha = op.inputs[1].sizes
    if prod(alpha[:-1]) != 1:
        return "cpu", f"one slope for each of {alpha}: only one for each channel is supported"
    return "tpu", "PRELU with one slope for each channel is supported"


def _place_pack(op: Op) -> Decision:
    if _is_batch_axis(op.options.get("axis", 0), op.outputs[0]):
        return "cpu", "packing along the batch is not supported"
    return "tpu", "packing outside the batch is supported"


def _place_split(op: Op) -> Decision:
    axes = op.inputs[0].values
    if not axes:
        return "uncertain", "the axis of the split is not known"
    if _is_batch_axis(axes[0], op.outputs[0]):
        return "cpu", "a split of the batch is not supported"
    return "tpu", "a split outside the batch is supported"


def _place_transpose(op: Op) -> Decision:
    order = op.inputs[1].values if len(op.inputs) > 1 else ()
    if order == tuple(range(len(order))) and order:
        return "tpu", "a transpose that moves nothing is supported"
    return "uncertain", "a transpose is missing in Coral's table, and the compiler mapped few"


def _place_lstm(_: Op) -> Decision:
    return "uncertain", "the table names the unidirectional sequence LSTM only"


def _is_batch_axis(axis: int, tensor: Tensor) -> bool:
    """Return whether an axis, also a negative one, is the batch of a 4-D tensor."""
    return len(tensor.sizes) == 4 and axis % 4 == 0


_RULES: dict[str, Callable[[Op], Decision]] = {
    "CONV_2D": _place_convolution,
    "DEPTHWISE_CONV_2D": _place_convolution,
    "FULLY_CONNECTED": _place_fully_connected,
    "CONCATENATION": _place_concatenation,
    "MEAN": _place_reduction,
    "SUM": _place_reduction,
    "REDUCE_MAX": _place_reduction,
    "REDUCE_MIN": _place_reduction,
    "STRIDED_SLICE": _place_strided_slice,
    "SLICE": _place_slice,
    "PAD": _place_pad,
    "PRELU": _place_prelu,
    "PACK": _place_pack,
    "SPLIT": _place_split,
    "TRANSPOSE": _place_transpose,
    "LSTM": _place_lstm,
}
