"""``python -m train resize``: a run's weights in a network of another input size.

A network without fully connected layers takes any size: a larger one sees more of an edge, a
smaller one is faster. Far from the size that it was trained at it knows less and less.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from train.errors import UsageError
from train.runs.derived import check_folders, write_derived
from train.runs.run_folder import RunFolder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train resize",
        description="Put a run's weights into a network of another input size. Judge the result "
        "with `train evaluate` before you ship it.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run of train fit")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    parser.add_argument("--input-height-px", type=int, required=True, help="a multiple of 32")
    parser.add_argument("--input-width-px", type=int, required=True, help="a multiple of 32")
    return parser


def main(arguments: list[str]) -> int:
    """Write OUT; return the exit code."""
    options = _parser().parse_args(arguments)
    run, out = RunFolder(options.run), RunFolder(options.output)
    check_folders(run, out)
    before = run.read_architecture()
    architecture = replace(
        before, input_height_px=options.input_height_px, input_width_px=options.input_width_px
    )
    size = "×".join(map(str, architecture.input_size))
    if architecture == before:
        raise UsageError(f"{run.path} has an input of {size} already: use it as it is")
    from train.network.model import build_model  # noqa: PLC0415 - TensorFlow, after the checks above

    model = build_model(architecture)
    model.set_weights(run.load_model().get_weights())
    described = run.read_manifest()["architecture"] | {
        "input_height_px": architecture.input_height_px,
        "input_width_px": architecture.input_width_px,
    }
    trained_at = "×".join(map(str, before.input_size))
    write_derived(run, out, model, {"architecture": described, "trained_at": trained_at})
    sys.stdout.write(f"{out.path}: input {size}, trained at {trained_at}\n")
    return 0
