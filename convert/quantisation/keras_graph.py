"""The graph of a functional Keras model: which layers one int8 op will contain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The converter folds these layers into the convolution before them.
NORMS = frozenset({"BatchNormalization"})
RECTIFIERS = frozenset({"ReLU"})
CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2D"})


@dataclass(frozen=True, slots=True)
class RectifiedPair:
    """Two convolutions with a rectifier between them whose output nothing else reads.

    Attributes:
        first: the first convolution.
        norm: the batch norm before the rectifier, or None.
        rectifier: the ReLU.
        second: the second convolution.
    """

    first: Any
    norm: Any
    rectifier: Any
    second: Any


def get_kind(operation: Any) -> str:  # noqa: ANN401 - keras ships no types
    """Return the class name of a layer or operation."""
    return type(operation).__name__


def map_readers(model: Any) -> dict[int, list[Any]]:  # noqa: ANN401 - keras ships no types
    """Map the id of each tensor to the operations that read it."""
    found: dict[int, list[Any]] = {}
    for operation in model.operations:
        if get_kind(operation) == "InputLayer":
            continue
        inputs = operation.input
        for tensor in inputs if isinstance(inputs, list | tuple) else [inputs]:
            found.setdefault(id(tensor), []).append(operation)
    return found


def find_rectified_pairs(model: Any) -> list[RectifiedPair]:  # noqa: ANN401 - keras ships no types
    """Find every convolution (→ batch norm) → ReLU → convolution without a branch."""
    read_by = map_readers(model)
    producers = {id(op.output): op for op in model.operations if get_kind(op) != "InputLayer"}
    pairs = []
    for rectifier in model.operations:
        if get_kind(rectifier) not in RECTIFIERS or not rectifier.max_value or rectifier.threshold:
            continue
        after = read_by.get(id(rectifier.output), [])
        first, norm = producers.get(id(rectifier.input)), None
        if first is not None and get_kind(first) in NORMS:
            first, norm = producers.get(id(first.input)), first
        chain = [op for op in (first, norm) if op is not None]
        if (
            first is not None
            and _is_plain_convolution(first)
            and first.activation.__name__ == "linear"
            and (norm is None or (norm.scale and norm.center))
            and len(after) == 1
            and _is_plain_convolution(after[0])
            and all(len(read_by[id(op.output)]) == 1 for op in chain)
        ):
            pairs.append(RectifiedPair(first, norm, rectifier, after[0]))
    return pairs


def _is_plain_convolution(layer: Any) -> bool:  # noqa: ANN401 - keras ships no types
    """Return whether channel c of the input is multiplied by row c of the kernel only."""
    if get_kind(layer) not in CONVOLUTIONS:
        return False
    return bool(getattr(layer, "groups", 1) == 1 and getattr(layer, "depth_multiplier", 1) == 1)


def find_rounded_outputs(model: Any) -> list[Any]:  # noqa: ANN401 - keras ships no types
    """Return the operations whose output an int8 graph rounds: those not folded into the next."""
    read_by = map_readers(model)
    outputs = []
    for operation in model.operations:
        after = [get_kind(reader) for reader in read_by.get(id(operation.output), [])]
        folded = len(after) == 1 and after[0] in NORMS | RECTIFIERS
        if get_kind(operation) != "InputLayer" and not folded:
            outputs.append(operation)
    return outputs
