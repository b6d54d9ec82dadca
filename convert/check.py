"""``python -m convert check MODEL.tflite``: what an Edge TPU would run of a model."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from convert.edgetpu import CUSTOM_OP
from convert.errors import UsageError
from convert.graph import read_graph
from convert.placement import Placement, predict, sentence


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m convert check",
        description="Predict, without the compiler, which ops an Edge TPU would run.",
    )
    arguments.add_argument("model", type=Path, metavar="MODEL.tflite")
    arguments.add_argument("--json", action="store_true", help="print a JSON list instead")
    return arguments


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit code 0.

    Raises:
        UsageError: the file is missing, damaged, or compiled already.
    """
    options = parser().parse_args(argv)
    placements = check(options.model)
    if options.json:
        print(json.dumps([asdict(placement) for placement in placements], indent=1))
    else:
        print(table(placements))
        print(f"predicted: {sentence(placements)}")
    return 0


def check(path: Path) -> list[Placement]:
    """Predict the placement of every op of a model file."""
    if not path.is_file():
        raise UsageError(f"no model at {path}")
    graph = read_graph(path.read_bytes(), str(path))
    if any(op.name == CUSTOM_OP for op in graph.ops):
        raise UsageError(f"{path} is compiled for the Edge TPU already: give the model before that")
    return predict(graph)


def table(placements: list[Placement]) -> str:
    """Lay a prediction out for a terminal."""
    return "\n".join(
        f"{item.index:>4}  {item.op:<24} {item.placement:<10} {item.rule}" for item in placements
    )
