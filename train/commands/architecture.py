"""``python -m train architecture``: a network of a given shape, untrained."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from train.commands.argument_types import positive_float
from train.errors import UsageError
from train.network.architecture import Architecture


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train architecture",
        description="Write a network with fresh weights, so that `python -m convert check` can "
        "say what an Edge TPU would run of it before anybody trains it.",
    )
    network = Architecture()
    add = parser.add_argument
    add("-o", "--output", type=Path, required=True, metavar="FILE.keras")
    add("--input-height-px", type=int, default=network.input_height_px)
    add("--input-width-px", type=int, default=network.input_width_px)
    add("--output-stride", type=int, choices=(8, 16), default=network.output_stride)
    add("--atrous-rates", type=int, nargs="+", default=network.atrous_rates)
    add("--width-multiplier", type=positive_float, default=network.width_multiplier)
    add("--batch-norm", action="store_true", help="with norms in the backbone, as without --init")
    return parser


def main(arguments: list[str]) -> int:
    """Write the network; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.output.suffix != ".keras":
        raise UsageError(f"{options.output} does not end in .keras: name the file so")
    architecture = Architecture(
        input_height_px=options.input_height_px,
        input_width_px=options.input_width_px,
        output_stride=options.output_stride,
        atrous_rates=tuple(options.atrous_rates),
        width_multiplier=options.width_multiplier,
        batch_norm=options.batch_norm,
    )
    from train.network.model import build_model  # noqa: PLC0415 - TensorFlow, after the checks above

    model = build_model(architecture)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    # Keras writes by name: into a folder aside, so that nothing half-written bears the name.
    with tempfile.TemporaryDirectory(dir=options.output.parent) as aside:
        written = Path(aside) / options.output.name
        model.save(written)
        written.replace(options.output)
    sys.stdout.write(
        f"{options.output}: untrained, {model.count_params():,} weights, input "
        f"{architecture.input_height_px}×{architecture.input_width_px}\n"
    )
    return 0
