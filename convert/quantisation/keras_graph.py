"""Which layer of a functional Keras model feeds which, and what one int8 op makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Layers that the converter folds into the convolution before them.
NORMS = frozenset({"BatchNormalization"})
RECTIFIERS = frozenset({"ReLU"})
CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2D"})


@dataclass(frozen=True, slots=True)
class RectifiedPair:
    """A convolution whose rectified output one other convolution alone reads.

    Attributes:
        first: the convolution before.
        norm: the batch norm between it and the rectifier, or None.
        rectifier: the ReLU.
        second: the convolution after.
    """

    first: Any
    norm: Any
    rectifier: Any
    second: Any


def kind(operation: Any) -> str:  # noqa: ANN401 - keras ships no types
    """Class name of a layer or operation."""
    return type(operation).__name__


def readers(model: Any) -> dict[int, list[Any]]:  # noqa: ANN401 - keras ships no types
    """Map the id of each tensor of a functional model to the operations that read it."""
    found: dict[int, list[Any]] = {}
    for operation in model.operations:
        if kind(operation) == "InputLayer":
            continue
        taken = operation.input
        for tensor in taken if isinstance(taken, list | tuple) else [taken]:
            found.setdefault(id(tensor), []).append(operation)
    return found


def rectified_pairs(model: Any) -> list[RectifiedPair]:  # noqa: ANN401 - keras ships no types
    """Find every convolution (→ batch norm) → ReLU → convolution without a branch between."""
    read_by = readers(model)
    makers = {id(op.output): op for op in model.operations if kind(op) != "InputLayer"}
    pairs = []
    for rectifier in model.operations:
        if kind(rectifier) not in RECTIFIERS or not rectifier.max_value or rectifier.threshold:
            continue
        after = read_by.get(id(rectifier.output), [])
        maker, norm = makers.get(id(rectifier.input)), None
        if maker is not None and kind(maker) in NORMS:
            maker, norm = makers.get(id(maker.input)), maker
        chain = [op for op in (maker, norm) if op is not None]
        if (
            maker is not None
            and _plain_convolution(maker)
            and maker.activation.__name__ == "linear"
            and (norm is None or (norm.scale and norm.center))
            and len(after) == 1
            and _plain_convolution(after[0])
            and all(len(read_by[id(op.output)]) == 1 for op in chain)
        ):
            pairs.append(RectifiedPair(maker, norm, rectifier, after[0]))
    return pairs


def _plain_convolution(layer: Any) -> bool:  # noqa: ANN401 - keras ships no types
    """Whether channel c of the input meets row c of the kernel, and no other."""
    if kind(layer) not in CONVOLUTIONS:
        return False
    return bool(getattr(layer, "groups", 1) == 1 and getattr(layer, "depth_multiplier", 1) == 1)


def rounded_outputs(model: Any) -> list[Any]:  # noqa: ANN401 - keras ships no types
    """Operations whose output an int8 graph rounds: all but those folded into the next op."""
    read_by = readers(model)
    outputs = []
    for operation in model.operations:
        after = [kind(reader) for reader in read_by.get(id(operation.output), [])]
        folded = len(after) == 1 and after[0] in NORMS | RECTIFIERS
        if kind(operation) != "InputLayer" and not folded:
            outputs.append(operation)
    return outputs
