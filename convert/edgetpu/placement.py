"""Predicts, without the compiler, which ops an Edge TPU would run.

The compiler makes one segment for the Edge TPU. Ops that cannot be mapped before that segment
(a cast of the camera's bytes, say) stay on the CPU and do no harm; what follows an unmapped op
in the flow of data stays on the CPU too, be it mappable or not. An op of a version that the
compiler has never heard of makes it refuse the model, so then everything stays on the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass

from convert.edgetpu.op_versions import refused_ops
from convert.edgetpu.rules import judge
from convert.edgetpu.verdict import Place
from convert.graph.flatbuffer import Graph


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one op would run.

    Attributes:
        index: place in running order.
        op: the op's name.
        placement: ``tpu``, ``cpu`` or ``uncertain``.
        rule: the sentence that decided.
    """

    index: int
    op: str
    placement: Place
    rule: str


def predict(graph: Graph) -> list[Placement]:
    """Predict the placement of every op.

    Args:
        graph: an int8 or uint8 model, not yet compiled.

    Returns:
        One placement for each op, in running order.
    """
    refused = refused_ops(graph)
    if refused:
        worst = f"{refused[0].name} version {refused[0].version} at {refused[0].index}"
        why = f"the compiler refuses the whole model for {worst}, which is newer than it"
        return [Placement(op.index, op.name, "cpu", why) for op in graph.ops]
    on_tpu: set[int] = set()  # Tensors that come from the segment, or hang on it.
    barred: dict[int, str] = {}  # Tensors behind an unmapped op, with the op that barred them.
    doubtful: dict[int, str] = {}  # Tensors behind an op of which nothing is certain.
    found = []
    for op in graph.ops:
        reads = [tensor.index for tensor in op.inputs]
        writes = [tensor.index for tensor in op.outputs]
        here = f"{op.name} at {op.index}"
        place, rule = judge(op)
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
        found.append(Placement(op.index, op.name, place, rule))
    return found


def sums(placements: list[Placement]) -> dict[Place, int]:
    """Count the ops by where they are predicted."""
    places: tuple[Place, ...] = ("tpu", "cpu", "uncertain")
    return {place: sum(1 for item in placements if item.placement == place) for place in places}


def sentence(placements: list[Placement]) -> str:
    """Sum a prediction up."""
    counts = sums(placements)
    return (
        f"of {len(placements)} ops {counts['tpu']} on the Edge TPU, {counts['cpu']} on the CPU, "
        f"{counts['uncertain']} uncertain"
    )
