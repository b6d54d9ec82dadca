"""Whether a converted graph is the one that was meant: full int8, dilation fused, norms folded."""

from __future__ import annotations

from collections import Counter

from convert.errors import WorkError
from convert.graph.flatbuffer import Graph, Op

BATCH_TRICKS = frozenset({"SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"})
CASTS = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})
CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})
ARITHMETIC = frozenset({"ADD", "MUL", "SUB", "DIV"})
FLOATS = frozenset({"FLOAT16", "FLOAT32", "FLOAT64"})


def refuse_unfit(graph: Graph, atrous_rates: tuple[int, ...]) -> None:
    """Refuse a graph that a rig should not get.

    Args:
        graph: the converted model.
        atrous_rates: dilation rates that must be found in convolution options.

    Raises:
        WorkError: with each fault and the list of ops.
    """
    faults = find_faults(graph, atrous_rates)
    if faults:
        raise WorkError(
            f"the converted graph is not fit for a rig: {'; '.join(faults)} "
            f"(ops: {op_summary(graph)})"
        )


def find_faults(graph: Graph, atrous_rates: tuple[int, ...]) -> list[str]:
    """Name what is wrong with a converted graph; an empty list when nothing is."""
    return [
        *_forbidden(graph, BATCH_TRICKS, "dilation was not fused into the convolutions"),
        *_forbidden(graph, CASTS, "the graph leaves int8"),
        *_float_ops(graph),
        *_stray_arithmetic(graph),
        *_lost_dilation(graph, atrous_rates),
        *_unfit_ends(graph),
    ]


def op_summary(graph: Graph) -> str:
    """Count the ops by name, in order of first use."""
    counts = Counter(op.name for op in graph.ops)
    return ", ".join(f"{name} ×{count}" for name, count in counts.items())


def dilations(graph: Graph) -> set[int]:
    """Every dilation above 1 that a convolution's options carry."""
    found = set()
    for op in graph.ops:
        if op.name in CONVOLUTIONS:
            found |= {int(op.options["dilationHFactor"]), int(op.options["dilationWFactor"])}
    return found - {1}


def _unfit_ends(graph: Graph) -> list[str]:
    """Compare input and output with what a bundle can describe."""
    ends = (*graph.inputs, *graph.outputs)
    if len(ends) != 2 or any(tensor.dtype != "INT8" for tensor in ends):
        return [f"input and output are {[t.dtype for t in ends]}, not one int8 each"]
    taken, given = ends[0].shape, ends[1].shape
    if len(taken) != 4 or taken[0] != 1 or taken[3] != 3:
        return [f"the input is {taken}, not (1, height, width, 3)"]
    if len(given) != 4 or given[0] != 1 or given[3] != 1:
        return [f"the output is {given}, not (1, rows, columns, 1)"]
    stride = taken[1] // given[1]
    if (given[1] * stride, given[2] * stride) != taken[1:3]:
        return [f"the output's {given[1]}×{given[2]} do not divide the input's size evenly"]
    return []


def _forbidden(graph: Graph, names: frozenset[str], why: str) -> list[str]:
    found = [f"{op.name} at {op.index}" for op in graph.ops if op.name in names]
    return [f"{why}: {', '.join(found)}"] if found else []


def _float_ops(graph: Graph) -> list[str]:
    found = [
        f"{op.name} at {op.index}"
        for op in graph.ops
        if any(tensor.dtype in FLOATS for tensor in (*op.inputs, *op.outputs))
    ]
    return [f"float arithmetic is left: {', '.join(found)}"] if found else []


def _stray_arithmetic(graph: Graph) -> list[str]:
    """Find arithmetic against constants: what an unfolded batch norm leaves behind.

    A residual connection adds two computed tensors and passes.
    """
    found = [
        f"{op.name} at {op.index}"
        for op in graph.ops
        if op.name in ARITHMETIC and not _is_residual(op)
    ]
    return [f"batch norms are not folded: {', '.join(found)}"] if found else []


def _is_residual(op: Op) -> bool:
    return op.name == "ADD" and len(op.activations) == 2


def _lost_dilation(graph: Graph, atrous_rates: tuple[int, ...]) -> list[str]:
    lost = {rate for rate in atrous_rates if rate > 1} - dilations(graph)
    if not lost:
        return []
    return [f"no convolution carries dilation {', '.join(str(rate) for rate in sorted(lost))}"]
