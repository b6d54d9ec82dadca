"""Predict, without the compiler, which ops an Edge TPU would run.

The compiler builds one segment for the Edge TPU. Unmapped ops before the segment (a cast of the
camera's bytes, for example) stay on the CPU and do no harm. Every op that depends on an unmapped
op inside the segment stays on the CPU too, whether it can be mapped or not. The compiler refuses
a model with an op version that it does not know, so then all ops stay on the CPU.
"""

from __future__ import annotations

from convert.edgetpu.op_versions import find_refused_ops
from convert.edgetpu.placement import Place, Placement
from convert.edgetpu.rules import place_op
from convert.graph.flatbuffer import Graph


def predict_placements(graph: Graph) -> list[Placement]:
    """Predict the placement of every op.

    Args:
        graph: an int8 or uint8 model that is not compiled.

    Returns:
        One placement an op, in running order.
    """
    refused = find_refused_ops(graph)
    if refused:
        first = f"{refused[0].name} version {refused[0].version} at {refused[0].index}"
        rule = f"the compiler refuses the whole model for {first}, which is newer than it"
        return [Placement(op.index, op.name, "cpu", rule) for op in graph.ops]
    on_tpu: set[int] = set()  # Tensors that the segment computes, or that depend on it.
    barred: dict[int, str] = {}  # Tensors that depend on an unmapped op, with that op.
    doubtful: dict[int, str] = {}  # Tensors that depend on an uncertain op, with that op.
    placements = []
    for op in graph.ops:
        reads = [tensor.index for tensor in op.inputs]
        writes = [tensor.index for tensor in op.outputs]
        here = f"{op.name} at {op.index}"
        place, rule = place_op(op)
        bar = next((barred[t] for t in reads if t in barred), None)
        doubt = next((doubtful[t] for t in reads if t in doubtful), None)
        if bar and place != "cpu":
            place, rule = "cpu", f"follows {bar}, which is not mapped"
        elif doubt and place == "tpu":
            place, rule = "uncertain", f"follows {doubt}, which may not be mapped"
        elif place == "cpu" and not bar and not on_tpu.intersection(reads):
            rule = f"{rule}; it comes before the Edge TPU's segment, which can start behind it"
        if place == "cpu" and (bar or on_tpu.intersection(reads)):
            barred.update(dict.fromkeys(writes, bar or here))
        elif place == "uncertain":
            doubtful.update(dict.fromkeys(writes, doubt or here))
        if place != "cpu":
            on_tpu.update(writes)
        placements.append(Placement(op.index, op.name, place, rule))
    return placements


def count_places(placements: list[Placement]) -> dict[Place, int]:
    """Return the number of ops at each place."""
    places: tuple[Place, ...] = ("tpu", "cpu", "uncertain")
    return {place: sum(1 for item in placements if item.placement == place) for place in places}


def summarise_placements(placements: list[Placement]) -> str:
    """Return a prediction as one phrase for a person."""
    counts = count_places(placements)
    return (
        f"of {len(placements)} ops {counts['tpu']} on the Edge TPU, {counts['cpu']} on the CPU, "
        f"{counts['uncertain']} uncertain"
    )
