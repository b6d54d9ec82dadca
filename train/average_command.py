"""``python -m train average``: the mean of a run's best and last weights, as a run of its own.

Weights along one training path lie in one basin, and their mean is often better than either end
(Izmailov et al., "Averaging Weights Leads to Wider Optima", UAI 2018).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from train.derived_run import check_folders, write_derived
from train.errors import UsageError
from train.run import RunFolder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train average",
        description="Average the weights of a run's best epoch with those of its last one. "
        "Judge the result with `train evaluate` before you prefer it.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run of train fit")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    return parser


def main(arguments: list[str]) -> int:
    """Write OUT; return the exit code."""
    options = _parser().parse_args(arguments)
    run, out = RunFolder(options.run), RunFolder(options.output)
    check_folders(run, out)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's banner is not our message
    from train import checkpoint  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.model import build_model  # noqa: PLC0415

    last = checkpoint.newest(run)
    if last is None:
        raise UsageError(f"{run.path} has no checkpoint: its last weights are gone")
    best = run.load_model().get_weights()
    # Built anew and not loaded, so that a run of an older release gets today's graph.
    model = build_model(run.architecture())
    model.set_weights(
        [(one + np.asarray(two)) / 2 for one, two in zip(best, last.average, strict=True)]
    )
    write_derived(run, out, model, {"averaged": f"best epoch and epoch {last.epoch}"})
    sys.stdout.write(f"{out.path}: the mean of the best epoch and epoch {last.epoch}\n")
    return 0
