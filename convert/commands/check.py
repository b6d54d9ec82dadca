"""``python -m convert check``: what an Edge TPU would run of a model, trained or not."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from convert.edgetpu.compiler import CUSTOM_OP
from convert.edgetpu.placement import Placement
from convert.edgetpu.prediction import predict_placements, summarise_placements
from convert.errors import UsageError
from convert.graph.flatbuffer import read_graph

EPILOG = """\
before training, with the options of `train fit` that shape the network:
  python -m convert check --architecture --input-height-px 480 --input-width-px 352
  python -m convert check --architecture RUN        (or a .keras file)

exit code 0 whatever is predicted; 1 with --require-tpu when an op is not sure to be mapped
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert check",
        description="Predict, without the compiler, which ops an Edge TPU would run.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", type=Path, nargs="?", metavar="MODEL.tflite")
    add(
        "--architecture",
        action="store_true",
        help="the model is a RUN folder or a .keras file, or is made untrained from the options "
        "of `python -m train architecture` that follow",
    )
    add("--json", action="store_true", help="print a JSON list instead")
    add("--require-tpu", action="store_true", help="exit 1 unless every op is predicted tpu")
    return parser


def main(arguments: list[str]) -> int:
    """Predict and print; return the exit code.

    Raises:
        UsageError: the file is missing, damaged, or compiled already.
        WorkError: an untrained network could not be converted.
    """
    parser = _parser()
    options, shape = parser.parse_known_args(arguments)
    if options.architecture and shape:
        # What follows an unknown option is its value, never the model's name.
        options.model, shape = None, [word for word in arguments if word not in _OWN]
    elif shape or (options.model is None and not options.architecture):
        parser.error(f"unknown: {' '.join(shape)}" if shape else "give a MODEL.tflite")
    if options.architecture:
        from convert.quantisation.untrained import convert_untrained  # noqa: PLC0415 - brings TensorFlow

        placements = predict_placements(read_graph(*convert_untrained(options.model, shape)))
    else:
        placements = predict_file(options.model)
    if options.json:
        print(json.dumps([asdict(placement) for placement in placements], indent=1))
    else:
        print(format_placements(placements))
        print(f"predicted: {summarise_placements(placements)}")
    is_sure = all(item.placement == "tpu" for item in placements)
    return 1 if options.require_tpu and not is_sure else 0


# Our own options; with --architecture all others describe the network.
_OWN = frozenset({"--architecture", "--json", "--require-tpu"})


def predict_file(path: Path) -> list[Placement]:
    """Predict the placement of every op of a model file."""
    if not path.is_file():
        raise UsageError(f"no model at {path}")
    graph = read_graph(path.read_bytes(), str(path))
    if any(op.name == CUSTOM_OP for op in graph.ops):
        raise UsageError(f"{path} is compiled for the Edge TPU already: give the model before that")
    return predict_placements(graph)


def format_placements(placements: list[Placement]) -> str:
    """Write a prediction as a table, an op a line."""
    return "\n".join(
        f"{item.index:>4}  {item.op:<24} {item.placement:<10} {item.rule}" for item in placements
    )
