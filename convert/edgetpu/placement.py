"""Where the ops of a model run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Place = Literal["tpu", "cpu", "uncertain"]
Decision = tuple[Place, str]  # where an op runs, and the rule that decided it


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one op runs.

    Attributes:
        index: position of the op in running order.
        op: name of the op.
        placement: ``tpu``, ``cpu`` or ``uncertain``.
        rule: the rule that decided it, as a sentence.
    """

    index: int
    op: str
    placement: Place
    rule: str
