"""Check a converted graph: fully int8, dilation fused, batch norms folded."""

from __future__ import annotations

from collections import Counter

from convert.errors import WorkError
from convert.graph.flatbuffer import Graph, Op

BATCH_OPS = frozenset({"SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"})
CASTS = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})
CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})
ARITHMETIC = frozenset({"ADD", "MUL", "SUB", "DIV"})
FLOATS = frozenset({"FLOAT16", "FLOAT32", "FLOAT64"})


def refuse_faulty_graph(graph: Graph, atrous_rates: tuple[int, ...]) -> None:
    """Refuse a graph that is not fit for a rig.

    Args:
        graph: the converted model.
        atrous_rates: dilation rates that convolutions must have.

    Raises:
        WorkError: the graph has faults; the message lists them and the ops.
    """
    faults = find_faults(graph, atrous_rates)
    if faults:
        raise WorkError(
            f"the converted graph is not fit for a rig: {'; '.join(faults)} "
            f"(ops: {summarise_ops(graph)})"
        )


def find_faults(graph: Graph, atrous_rates: tuple[int, ...]) -> list[str]:
    """Return the faults of a converted graph."""
    return [
        *_find_forbidden(graph, BATCH_OPS, "dilation was not fused into the convolutions"),
        *_find_forbidden(graph, CASTS, "the graph leaves int8"),
        *_find_float_ops(graph),
        *_find_unfolded_norms(graph),
        *_find_lost_dilation(graph, atrous_rates),
        *_check_ends(graph),
    ]


def summarise_ops(graph: Graph) -> str:
    """Return the number of ops by name, in order of first use, as one line."""
    counts = Counter(op.name for op in graph.ops)
    return ", ".join(f"{name} ×{count}" for name, count in counts.items())


def find_dilations(graph: Graph) -> set[int]:
    """Return every dilation above 1 in the options of convolutions."""
    found = set()
    for op in graph.ops:
        if op.name in CONVOLUTIONS:
            found |= {int(op.options["dilationHFactor"]), int(op.options["dilationWFactor"])}
    return found - {1}


def _check_ends(graph: Graph) -> list[str]:
    """Check that input and output are of a kind that a bundle can describe."""
    ends = (*graph.inputs, *graph.outputs)
    if len(ends) != 2 or any(tensor.dtype != "INT8" for tensor in ends):
        return [f"input and output are {[t.dtype for t in ends]}, not one int8 each"]
    before, after = ends[0].shape, ends[1].shape
    if len(before) != 4 or before[0] != 1 or before[3] != 3:
        return [f"the input is {before}, not (1, height, width, 3)"]
    if len(after) != 4 or after[0] != 1 or after[3] != 1:
        return [f"the output is {after}, not (1, rows, columns, 1)"]
    stride = before[1] // after[1]
    if (after[1] * stride, after[2] * stride) != before[1:3]:
        return [f"the output's {after[1]}×{after[2]} do not divide the input's size evenly"]
    return []


def _find_forbidden(graph: Graph, names: frozenset[str], why: str) -> list[str]:
    found = [f"{op.name} at {op.index}" for op in graph.ops if op.name in names]
    return [f"{why}: {', '.join(found)}"] if found else []


def _find_float_ops(graph: Graph) -> list[str]:
    found = [
        f"{op.name} at {op.index}"
        for op in graph.ops
        if any(tensor.dtype in FLOATS for tensor in (*op.inputs, *op.outputs))
    ]
    return [f"float arithmetic is left: {', '.join(found)}"] if found else []


def _find_unfolded_norms(graph: Graph) -> list[str]:
    """Find arithmetic with constants, which only an unfolded batch norm leaves.

    A residual connection, which adds two computed tensors, is allowed.
    """
    found = [
        f"{op.name} at {op.index}"
        for op in graph.ops
        if op.name in ARITHMETIC and not _is_residual(op)
    ]
    return [f"batch norms are not folded: {', '.join(found)}"] if found else []


def _is_residual(op: Op) -> bool:
    return op.name == "ADD" and len(op.activations) == 2


def _find_lost_dilation(graph: Graph, atrous_rates: tuple[int, ...]) -> list[str]:
    lost = {rate for rate in atrous_rates if rate > 1} - find_dilations(graph)
    if not lost:
        return []
    return [f"no convolution carries dilation {', '.join(str(rate) for rate in sorted(lost))}"]
