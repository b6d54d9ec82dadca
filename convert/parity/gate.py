"""The gate: a bundle whose model lost more than was allowed is not written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from convert.errors import WorkError
from convert.inputs.run_folder import LEARNT_IOU
from convert.parity.layer_errors import LayerError, find_first_divergence
from convert.parity.parity import Parity
from convert.quantisation.recipe import Recipe


def refuse_lossy(
    results: list[Parity],
    errors: list[LayerError],
    recipe: Recipe,
    max_drop: float,
    *,
    learnt_little: bool = False,
) -> None:
    """Refuse a model that lost too much garment IoU on any data set.

    Args:
        results: what was measured.
        errors: op by op differences of the int8 graph; may be empty.
        recipe: how the model was made.
        max_drop: largest garment IoU that may be lost.
        learnt_little: whether the run says that its model needs more training first.

    Raises:
        WorkError: names the data set, the loss, where the graphs diverge, and what to do.
    """
    worst = max(results, key=lambda result: result.drop, default=None)
    if worst is None or worst.drop <= max_drop:
        return
    divergence = find_first_divergence(errors)
    where = (
        f", where {divergence.layer} ({divergence.op}, op {divergence.index}) is the first layer "
        f"to differ from the float graph, by {divergence.error_steps:.1f} int8 steps"
        if divergence
        else ""
    )
    before, after = worst.trained.garment_iou, worst.deployed.garment_iou
    raise WorkError(
        f"no bundle was written: on {worst.dataset} {recipe.dtype} loses {worst.drop:.4f} "
        f"garment IoU ({before:.4f} to {after:.4f}, allowed is {max_drop:g}){where}: "
        f"{_suggest_fix(recipe, learnt_little=learnt_little or before < LEARNT_IOU)}"
    )


def _suggest_fix(recipe: Recipe, *, learnt_little: bool) -> str:
    if learnt_little:
        return "the trained model itself finds garments badly, so train it longer"
    if not recipe.int8:
        return "the float graph itself was converted wrongly: report it with the run"
    if recipe.fine_tuned:
        return "raise --finetune-steps, or give --finetune-data that looks like that data set"
    return (
        "give more varied pictures with --calibration, or fine-tune with --recipe int8-qat "
        "--finetune-data DATASET"
    )


def make_parity_record(
    results: list[Parity], errors: list[LayerError], recipe: Recipe, max_drop: float
) -> dict[str, Any]:
    """Make the content of ``parity.json`` from what was measured."""
    divergence = find_first_divergence(errors)
    return {
        "format": "selvedge-parity",
        "format_version": 1,
        "recipe": recipe.name,
        "max_drop": max_drop,
        "worst_drop": max((result.drop for result in results), default=None),
        "sets": [
            {
                "dataset": result.dataset,
                "pictures": result.pictures,
                "models": {name: asdict(scores) for name, scores in result.scores.items()},
                "agreement": result.agreements,
                "drop": result.drop,
                "most_changed": [
                    {"picture": each.name, "changed": each.changed} for each in result.shown
                ],
            }
            for result in results
        ],
        "first_parting": divergence.to_dict() if divergence else None,
        "layers": [error.to_dict() for error in errors],
    }
