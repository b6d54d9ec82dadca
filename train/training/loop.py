"""Transfer training: a fresh head first, then everything, with checkpoints that resume."""

from __future__ import annotations

import math
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from train.errors import UsageError, WorkError
from train.evaluation.evaluate import (
    average_garment_iou,
    evaluate,
    make_network_masker,
    report_passed_over,
)
from train.evaluation.metrics import Score
from train.initial_weights.folded_norms import find_folded_norms, unfold_norms
from train.initial_weights.loading import load_into_model
from train.initial_weights.origin import find_origin
from train.inputs.batches import Batches
from train.inputs.samples import Samples
from train.network.model import build_model
from train.progress import Progress
from train.runs.plan import Plan
from train.training import checkpoint
from train.training.distribution import Distribution, Step
from train.training.loss import GarmentLoss
from train.training.moving_average import MovingAverage
from train.training.phases import begin_phase, build_trained
from train.training.preflight import check_data
from train.training.records import write_history, write_metrics, write_model, write_origin

if TYPE_CHECKING:
    from train.training.tensorboard import TensorBoardWriter

_UNFOLDING_STEPS = 8  # Batches of which norms take their statistics: enough for a tenth of a sigma.


def initialise(model: keras.Model, plan: Plan) -> dict[str, Any]:
    """Give ``model`` its initial weights; return their origin and the layers without any."""
    origin = None if plan.init is None else find_origin(plan.init)
    if origin is None:
        return {"kind": "none", "file": None, "sha256": None}
    report = load_into_model(model, origin.read(plan.architecture.width_multiplier))
    report.print_summary()
    return report.as_dict()


def is_out_of_patience(
    history: list[dict[str, Any]], patience: int | None, head_epochs: int
) -> bool:
    """Return whether the garment IoU has not risen for ``patience`` epochs.

    The head's phase does not count: with the backbone frozen there is not much to gain.
    """
    ious = [row["garment_iou"] for row in history][head_epochs:]
    return patience is not None and len(ious) - 1 - int(np.argmax(ious or [0])) >= patience


class Training:
    """One run while it lasts.

    Attributes:
        model: the network that is trained.
        history: its curve, one row of figures per epoch.
    """

    def __init__(self, plan: Plan, distribution: Distribution) -> None:
        keras.utils.set_random_seed(plan.schedule.seed)
        self._plan, self._distribution = plan, distribution
        self._schedule = plan.schedule
        self._samples = Samples(
            plan.sources,
            plan.architecture,
            batch_size=plan.schedule.batch_size,
            seed=plan.schedule.seed,
            paste_share=plan.paste_share,
            mannequin_share=plan.mannequin_share,
            kind_repeats=plan.kind_repeats,
        )
        with distribution.scope():
            self.model = build_trained(plan.architecture, plan.schedule)
        # A short run must not end with an average that still remembers its start.
        steps = plan.schedule.epochs * self._samples.steps
        self._momentum = min(plan.schedule.ema_momentum, 1 - 10 / max(20, steps))
        self._average = MovingAverage(self.model, self._momentum)
        self._loss = GarmentLoss(boundary_weight=plan.schedule.boundary_weight)
        self._step: Step | None = None
        self.history: list[dict[str, Any]] = []
        self._first, self._best = 0, -1.0

    def begin(self) -> None:
        """Take the initial weights and write what the run is made of."""
        init = initialise(self.model, self._plan)
        folded = [] if self._plan.init is None else find_folded_norms(self.model)
        if folded:
            order = self._samples.draw_order(0)[:_UNFOLDING_STEPS]
            batches = (self._samples.make_batch(0, *each)[0] for each in enumerate(order))
            unfold_norms(folded, self.model, batches)
        self._average = MovingAverage(self.model, self._momentum)
        if self._distribution.is_chief:
            write_origin(self._plan, init)

    def resume(self, state: checkpoint.Checkpoint) -> None:
        """Restore the run's last state, as if it had never been stopped."""
        schedule, self._first = self._schedule, state.epoch
        self.history, self._best = state.history, state.best_garment_iou
        state.restore_model(self.model)
        steps = state.epoch * self._samples.steps
        self._average = MovingAverage(self.model, self._momentum, state.average, steps)
        if state.epoch not in (schedule.head_epochs, schedule.epochs):
            self._begin_phase(head_only=state.epoch < schedule.head_epochs)
            with self._distribution.scope():
                state.restore_optimizer(self.model)
        sys.stderr.write(
            f"resuming {self._plan.run.path} after epoch {state.epoch} of {schedule.epochs}\n"
        )

    def _begin_phase(self, *, head_only: bool) -> None:
        with self._distribution.scope():
            begin_phase(
                self.model, self._schedule, self._samples.steps, self._loss, head_only=head_only
            )
        self._step = self._distribution.make_step(self.model, self._loss)

    def run(self) -> None:
        """Train until the last epoch, or until the curve has stopped rising."""
        with Batches(self._samples, self._plan.workers) as batches:
            self._run(batches)

    def _run(self, batches: Batches) -> None:
        schedule, started_s = self._schedule, time.monotonic()
        kept = build_model(self._plan.architecture)  # what is validated: the averaged weights
        tensorboard = None
        if self._plan.tensorboard and self._distribution.is_chief:
            from train.training.tensorboard import TensorBoardWriter  # noqa: PLC0415 - TensorFlow, which only this may need

            tensorboard = TensorBoardWriter(self._plan.run.path / "tensorboard")
        for epoch in range(self._first, schedule.epochs):
            if is_out_of_patience(self.history, schedule.patience, schedule.head_epochs):
                sys.stderr.write(f"stopped: no better garment IoU for {schedule.patience} epochs\n")
                break
            head_only = epoch < schedule.head_epochs
            if epoch in (0, schedule.head_epochs):
                self._begin_phase(head_only=head_only)
            title = f"epoch {epoch + 1}/{schedule.epochs}{' (head)' if head_only else ''}"
            row: dict[str, Any] = {
                "epoch": epoch + 1,
                "loss": round(self._train(batches, epoch, title), 5),
            }
            kept.set_weights(self._average.weights)
            row |= self._validate(kept, title, row, tensorboard)
            self.history.append(row)
            if self._distribution.is_chief:
                self._write(kept, epoch + 1)
            per_epoch_s = (time.monotonic() - started_s) / (epoch + 1 - self._first)
            left = timedelta(seconds=round(per_epoch_s * (schedule.epochs - epoch - 1)))
            sys.stderr.write(f"{title}: garment IoU {row['garment_iou']:.4f}, {left} left\n")

    def _train(self, batches: Batches, epoch: int, title: str) -> float:
        if self._step is None:
            raise AssertionError("a phase begins before its first step")
        samples, losses = self._samples, []
        with Progress(title, samples.steps * samples.batch_size, unit="images") as progress:
            for pictures, targets in batches.iterate_epoch(epoch):
                losses.append(self._step(pictures, targets))
                if not math.isfinite(losses[-1]):
                    raise WorkError(self._diverged(title, len(losses), losses[-1]))
                self._average.update()
                progress.step(len(pictures), f"loss {np.mean(losses[-50:]):.4f}")
            progress.close(f"loss {np.mean(losses):.4f}")
        return float(np.mean(losses))

    def _diverged(self, title: str, step: int, loss: float) -> str:
        rate = float(self.model.optimizer.learning_rate)
        return (
            f"the loss became {loss} at step {step} of {title}, at learning rate {rate:.3g}: "
            "train into a new folder with a lower --learning-rate (what was kept before stays)"
        )

    def _validate(
        self,
        kept: keras.Model,
        title: str,
        row: dict[str, Any],
        tensorboard: TensorBoardWriter | None,
    ) -> dict[str, float]:
        """Score the averaged weights on a part of each validation split, for the curve.

        Args:
            kept: has the averaged weights.
            title: of the epoch.
            row: the epoch and its loss.
            tensorboard: takes all figures and a few masks too.
        """
        if not self._distribution.is_chief:
            return {"garment_iou": round(self._distribution.broadcast(0.0), 5)}
        masker = make_network_masker(kept.predict_on_batch, self._plan.architecture)
        scores = evaluate(masker, self._plan.datasets, limit=self._plan.validation_limit)
        figures = {f"garment_iou_{name}": round(s.garment_iou, 4) for name, s in scores.items()}
        iou = round(self._distribution.broadcast(round(average_garment_iou(scores), 5)), 5)
        named = ", ".join(f"{name} {s.garment_iou:.4f}" for name, s in scores.items())
        sys.stderr.write(f"{title}: {named}\n")
        if tensorboard is not None:
            rate = float(self.model.optimizer.learning_rate)
            more = {"loss": row["loss"], "learning_rate": rate}
            tensorboard.write_scalars({"garment_iou": iou, **figures, **more}, row["epoch"])
            tensorboard.write_overlays(masker, self._plan.datasets, row["epoch"])
        return {"garment_iou": iou, **figures}

    def _write(self, kept: keras.Model, epoch: int) -> None:
        run = self._plan.run
        iou = self.history[-1]["garment_iou"]
        if iou > self._best:
            self._best = iou
            write_model(run, kept)
        checkpoint.save(
            run,
            self.model,
            epoch=epoch,
            history=self.history,
            best_garment_iou=self._best,
            average=self._average.weights,
        )
        write_history(run, self.history)


def fit(plan: Plan, distribution: Distribution | None = None) -> dict[str, Score]:
    """Train, from the start or from where a stopped run left off.

    Args:
        plan: the run.
        distribution: the replicas that train; this process alone when not given.

    Returns:
        The kept weights' scores on the whole validation split of each data set; nothing in a
        process that is not the chief.

    Raises:
        UsageError: the data has faults, or the initial weights do not fit.
        WorkError: the loss is no finite number any more.
    """
    distribution = distribution or Distribution()
    batch_size, replicas = plan.schedule.batch_size, distribution.replicas
    if batch_size % replicas:
        raise UsageError(
            f"--batch-size {batch_size} is shared by {replicas} replicas: "
            f"use a multiple of {replicas}"
        )
    state = checkpoint.read_newest(plan.run)
    if state is None and distribution.is_chief:
        check_data(plan.datasets)
    training = Training(plan, distribution)
    if state is None:
        training.begin()
    else:
        training.resume(state)
    training.run()
    scores = finish(plan) if distribution.is_chief else {}
    distribution.broadcast(1.0)  # no process leaves while another still needs the cluster
    return scores


def finish(plan: Plan) -> dict[str, Score]:
    """Score the kept weights on the whole validation split and write metrics.json."""
    kept = plan.run.load_model()
    masker = make_network_masker(kept.predict_on_batch, plan.architecture)
    scores = evaluate(masker, plan.datasets, show_progress=True)
    report_passed_over(scores)
    write_metrics(plan.run, scores)
    return scores
