"""``python -m train average``: the mean of weights along one training path, as a run of its own.

Of one run the best and the last epoch are taken, of several, one begun from the other, what each
has kept.

Weights along one training path lie in one basin, and their mean is often better than either end
(Izmailov et al., "Averaging Weights Leads to Wider Optima", UAI 2018).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.runs.derived import check_folders, write_derived
from train.runs.run_folder import RunFolder

Weights = list[Float32Array]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train average",
        description="Average the weights of a run's best epoch with those of its last one, or "
        "the kept weights of several runs of which each began from another's. Judge the result "
        "with `train evaluate` before you prefer it.",
    )
    parser.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="a run of train fit; the last describes"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    return parser


def main(arguments: list[str]) -> int:
    """Write OUT; return the exit code."""
    options = _parser().parse_args(arguments)
    runs, out = [RunFolder(path) for path in options.runs], RunFolder(options.output)
    for run in runs:
        check_folders(run, out)
    architecture = runs[-1].read_architecture()
    if any(run.read_architecture() != architecture for run in runs):
        raise UsageError("the runs differ in their architecture: average runs of one network")
    from train.network.model import build_model  # noqa: PLC0415 - TensorFlow, after the checks above

    weights, sources = _load_kept(runs) if len(runs) > 1 else _load_best_and_last(runs[0])
    # Built anew and not loaded, so that a run of an older release gets today's graph.
    model = build_model(architecture)
    model.set_weights([np.mean(each, axis=0) for each in zip(*weights, strict=True)])
    write_derived(runs[-1], out, model, {"averaged": sources})
    sys.stdout.write(f"{out.path}: the mean of the {sources}\n")
    return 0


def _load_kept(runs: list[RunFolder]) -> tuple[list[Weights], str]:
    names = ", ".join(run.path.resolve().name for run in runs)
    return [run.load_model().get_weights() for run in runs], f"kept weights of {names}"


def _load_best_and_last(run: RunFolder) -> tuple[list[Weights], str]:
    from train.training import checkpoint  # noqa: PLC0415 - TensorFlow, after the checks above

    last = checkpoint.read_newest(run)
    if last is None:
        raise UsageError(f"{run.path} has no checkpoint: its last weights are gone")
    return [run.load_model().get_weights(), last.average], f"best epoch and epoch {last.epoch}"
