"""One of the processes that train a tiny network together; started by test_distribution.py.

usage: distributed_process.py alone|multiworker RUN OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np

from train.runs.run_folder import RunFolder
from train.runs.schedule import Schedule
from train.training import checkpoint
from train.training.distribution import start_distribution
from train.training.loss import GarmentLoss
from train.training.moving_average import MovingAverage
from train.training.phases import begin_phase


def _tiny_network() -> keras.Model:
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", use_bias=False)(image)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    return keras.Model(image, keras.layers.Conv2D(1, 1)(x))


def main(strategy: str, run: str, out: str) -> None:
    """Train six steps, with a checkpoint half-way, and write what this member ends with."""
    distribution = start_distribution(None if strategy == "alone" else strategy)
    keras.utils.set_random_seed(3)
    schedule, loss = Schedule(epochs=1, head_epochs=0, learning_rate=1e-2), GarmentLoss()
    with distribution.scope():
        model = _tiny_network()
        begin_phase(model, schedule, 6, loss, head_only=False)
    step, average = distribution.make_step(model, loss), MovingAverage(model, 0.9)
    random = np.random.default_rng(5)
    pictures = random.normal(size=(6, 4, 8, 8, 3)).astype("f4")
    losses = []
    for number, batch in enumerate(pictures):
        losses.append(step(batch, (batch[..., :1] > 0).astype("f4")))
        average.update()
        if number == 2 and distribution.is_chief:
            weights = average.weights
            checkpoint.save(
                RunFolder(Path(run)),
                model,
                epoch=1,
                history=[],
                best_garment_iou=0,
                average=weights,
            )
    judged = distribution.broadcast(0.625 if distribution.is_chief else 0.0)
    np.savez(out, *model.get_weights(), losses=losses, judged=judged, chief=distribution.is_chief)


if __name__ == "__main__":
    main(*sys.argv[1:])
