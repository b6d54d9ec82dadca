"""Transfer training: a fresh head first, then everything, with checkpoints that resume."""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from train import checkpoint
from train.config import Schedule
from train.errors import UsageError
from train.evaluate import evaluate, mean_garment_iou, network_masker
from train.initial_weights import transfer
from train.losses import GarmentLoss
from train.metrics import Score
from train.model import backbone_layers, build_model
from train.moving_average import MovingAverage
from train.plan import Plan
from train.progress import Progress
from train.run import RunFolder, describe
from train.samples import Samples
from train.whole_file import write_atomically, write_json


def initialise(model: keras.Model, init: Path | None) -> dict[str, Any]:
    """Give ``model`` its initial weights and tell which layers found none."""
    if init is None:
        return {"kind": "none", "file": None, "sha256": None}
    if init.suffix == ".keras":
        return _continue_from(model, init)
    given = transfer(model, init)
    sys.stderr.write(
        f"initial weights: {len(given.loaded)} layers from {given.file_name}; "
        f"{len(given.fresh)} start fresh: {', '.join(given.fresh)}\n"
    )
    return {
        "kind": init.suffix.lstrip("."),
        "file": given.file_name,
        "sha256": given.sha256,
        "layers_loaded": list(given.loaded),
        "layers_fresh": list(given.fresh),
    }


def _continue_from(model: keras.Model, init: Path) -> dict[str, Any]:
    """Take all weights of another run of the same architecture."""
    try:
        model.set_weights(keras.saving.load_model(init, compile=False).get_weights())
    except ValueError as error:
        raise UsageError(
            f"initial weights {init} do not fit this architecture: give the same input size, "
            "rates and width as that run"
        ) from error
    sha256 = hashlib.sha256(init.read_bytes()).hexdigest()
    return {"kind": "keras", "file": init.name, "sha256": sha256}


def _compile(model: keras.Model, schedule: Schedule, steps: int, *, head_only: bool) -> None:
    for layer in backbone_layers(model):
        layer.trainable = not head_only
    epochs = schedule.head_epochs if head_only else schedule.epochs - schedule.head_epochs
    total = max(1, epochs * steps)
    warm_up = min(total // 5, steps)
    rate = keras.optimizers.schedules.CosineDecay(
        schedule.learning_rate / 50,
        max(1, total - warm_up),
        # The head's short phase ends high: the phase that follows goes on from there.
        alpha=0.5 if head_only else 0.01,
        warmup_target=schedule.learning_rate * (2 if head_only else 1),
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=schedule.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(optimizer, GarmentLoss())


def _train_epoch(
    model: keras.Model, samples: Samples, average: MovingAverage, epoch: int, title: str
) -> float:
    progress = Progress(title, samples.steps * samples.batch_size, unit="images")
    losses = []
    for pictures, targets in samples.epoch(epoch):
        # train_on_batch reports the running mean; the step's own loss needs a reset before it.
        model.reset_metrics()
        losses.append(float(model.train_on_batch(pictures, targets)))
        average.update()
        progress.step(len(pictures), f"loss {np.mean(losses[-50:]):.4f}")
    progress.close(f"loss {np.mean(losses):.4f}")
    return float(np.mean(losses))


def _write_history(run: RunFolder, history: list[dict[str, Any]]) -> None:
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(key for row in history for key in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_atomically(run.history, text.getvalue().encode())


def _keep(plan: Plan, model: keras.Model) -> None:
    """Write the weights as a plain model that loads without any of our classes."""
    aside = plan.run.path / ".model.part.keras"
    model.save(aside)
    aside.replace(plan.run.model)


def fit(plan: Plan) -> dict[str, Score]:
    """Train, from the start or from where a stopped run left off.

    Returns:
        The kept weights' scores on the whole validation split of each data set.
    """
    schedule, run = plan.schedule, plan.run
    keras.utils.set_random_seed(schedule.seed)
    samples = Samples(
        plan.sources,
        plan.architecture,
        batch_size=schedule.batch_size,
        seed=schedule.seed,
        paste_share=plan.paste_share,
    )
    model = build_model(plan.architecture)
    # A short run must not end with an average that still remembers its start.
    momentum = min(schedule.ema_momentum, 1 - 10 / max(20, schedule.epochs * samples.steps))
    state = checkpoint.newest(run)
    history: list[dict[str, Any]] = []
    first, best = 0, -1.0
    if state is None:
        _begin(plan, model)
        average = MovingAverage(model, momentum)
    else:
        history, first, best = state.history, state.epoch, state.best_garment_iou
        state.restore_model(model)
        average = MovingAverage(model, momentum, state.average, first * samples.steps)
        if first not in (schedule.head_epochs, schedule.epochs):
            _compile(model, schedule, samples.steps, head_only=first < schedule.head_epochs)
            state.restore_optimizer(model)
        sys.stderr.write(f"resuming {run.path} after epoch {first} of {schedule.epochs}\n")
    kept = build_model(plan.architecture)  # what is validated: the averaged weights
    for epoch in range(first, schedule.epochs):
        head_only = epoch < schedule.head_epochs
        if epoch in (0, schedule.head_epochs):
            _compile(model, schedule, samples.steps, head_only=head_only)
        title = f"epoch {epoch + 1}/{schedule.epochs}{' (head)' if head_only else ''}"
        loss = _train_epoch(model, samples, average, epoch, title)
        kept.set_weights(average.weights)
        row = {"epoch": epoch + 1, "loss": round(loss, 5), **_validate(plan, kept, title)}
        history.append(row)
        if row["garment_iou"] > best:
            best = row["garment_iou"]
            _keep(plan, kept)
        checkpoint.save(
            run,
            model,
            epoch=epoch + 1,
            history=history,
            best_garment_iou=best,
            average=average.weights,
        )
        _write_history(run, history)
    return finish(plan)


def _validate(plan: Plan, kept: keras.Model, title: str) -> dict[str, float]:
    """Score the averaged weights on a part of each validation split, for the curve."""
    masker = network_masker(kept.predict_on_batch, plan.architecture)
    scores = evaluate(masker, plan.datasets, limit=plan.validation_limit)
    figures = {f"garment_iou_{name}": round(s.garment_iou, 4) for name, s in scores.items()}
    iou = round(mean_garment_iou(scores), 5)
    sys.stderr.write(f"{title}: garment IoU {iou:.4f}  {figures}\n")
    return {"garment_iou": iou, **figures}


def _begin(plan: Plan, model: keras.Model) -> None:
    """Write what the run is made of before its first step."""
    plan.write()
    init = initialise(model, plan.init)
    data = [
        {
            "name": dataset.name,
            "source": dataset.source,
            "licence": dataset.licence,
            "pictures_train": len(dataset.split("train")),
            "pictures_val": len(dataset.split("val")),
        }
        for dataset in plan.datasets
    ]
    write_json(
        plan.run.manifest,
        describe(
            architecture=plan.architecture,
            schedule=plan.schedule,
            init=init,
            command=plan.command,
            data=data,
        ),
    )
    splits = {
        dataset.name: {
            split: [entry.stem for entry in dataset.split(split)] for split in ("train", "val")
        }
        for dataset in plan.datasets
    }
    write_json(plan.run.splits, splits)


def finish(plan: Plan) -> dict[str, Score]:
    """Score the kept weights on the whole validation split and write metrics.json."""
    kept = plan.run.load_model()
    masker = network_masker(kept.predict_on_batch, plan.architecture)
    scores = evaluate(masker, plan.datasets, show_progress=True)
    write_metrics(plan.run.metrics, scores)
    return scores


def write_metrics(path: Path, scores: dict[str, Score]) -> None:
    """Write metrics.json: the mean over the data sets and each set's own figures."""
    sets = {name: score.as_dict() for name, score in scores.items()}
    leaks = [score.leak for score in scores.values() if score.leak is not None]
    write_json(
        path,
        {
            "garment_iou": round(mean_garment_iou(scores), 4),
            "boundary_f": round(float(np.mean([s.boundary_f for s in scores.values()] or [0])), 4),
            "leak": round(float(np.mean(leaks)), 4) if leaks else None,
            "sets": sets,
        },
    )
