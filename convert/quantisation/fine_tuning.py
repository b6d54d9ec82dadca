"""Quantisation-aware fine-tuning towards the float model's own logits; no labels are needed.

The float model is the teacher (Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural
Network", 2015): the rounding network learns to say what it says, so nothing that the training
run knew is unlearned for the sake of a smaller data set's labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from convert.arrays import Float32Array, UInt8Array
from convert.errors import UsageError
from convert.inputs.letterbox import letterbox
from convert.inputs.picture_folder import Picture, PictureFolder, read_rgb
from convert.inputs.representative_dataset import RepresentativeDataset, normalise
from convert.inputs.run_folder import Run
from convert.progress import say, track
from convert.quantisation.fake_quantisation import (
    build_rounding_twin,
    kernels,
    observe_ranges,
    rounded_kernel,
)

BATCH = 4
LEARNING_RATE = 2e-5
SEED = 1


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How long to train on what.

    Attributes:
        folders: data sets; only their training pictures are used.
        steps: updates of the weights, four pictures each.
    """

    folders: tuple[PictureFolder, ...]
    steps: int

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture but those kept apart for validation."""
        return tuple(p for folder in self.folders for p in folder.pictures if p.split != "val")

    def record(self) -> dict[str, Any]:
        """What the manifest says about it."""
        return {
            "data": [folder.name for folder in self.folders],
            "pictures": len(self.pictures),
            "steps": self.steps,
            "batch_size": BATCH,
            "learning_rate": LEARNING_RATE,
            "seed": SEED,
        }


def fine_tune(
    model: Any,  # noqa: ANN401 - keras ships no types
    teacher: Any,  # noqa: ANN401 - keras ships no types
    tuning: FineTuning,
    calibration: RepresentativeDataset,
) -> None:
    """Train a model, in place, to survive its own rounding.

    Args:
        model: Keras functional model; its weights change.
        teacher: the float model, as it was trained.
        tuning: on what, and how long.
        calibration: photos that set the ranges of activations.

    Raises:
        UsageError: there is nothing to train on, or a picture cannot be read.
    """
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    if not tuning.pictures:
        raise UsageError(
            "the data for fine-tuning has no pictures outside its split 'val': give a data set "
            "with training pictures to --finetune-data"
        )
    twin = build_rounding_twin(model, observe_ranges(model, calibration))
    stored = kernels(model)
    # The optimiser moves exact weights; the network computes with rounded ones.
    exact = {id(kernel): keras.Variable(kernel) for kernel, _ in stored}
    weights = [exact.get(id(each), each) for each in twin.trainable_variables]
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, tuning.steps)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    optimizer.build(weights)

    def step(photos: Any) -> Any:  # noqa: ANN401 - TensorFlow tensors
        for kernel, axis in stored:
            kernel.assign(rounded_kernel(tf.convert_to_tensor(exact[id(kernel)]), axis))
        wanted = teacher(photos, training=False)
        with tf.GradientTape() as tape:
            error = tf.abs(twin(photos, training=False) - wanted)
            # Huber's: cells far off must not drown the many that are half a step off.
            loss = tf.reduce_mean(tf.where(error < 1, error * error / 2, error - 0.5))
        optimizer.apply(tape.gradient(loss, twin.trainable_variables), weights)
        return tf.reduce_mean(error)

    run_step = tf.function(step)
    batches = track(_batches(tuning, calibration.run), tuning.steps, "fine-tuning, steps")
    off = [float(run_step(photos)) for photos in batches]
    for kernel, _ in stored:
        kernel.assign(exact[id(kernel)])
    fifth = max(1, len(off) // 5)
    say(
        f"mean distance from the float model's logits: {np.mean(off[:fifth]):.3f} in the first "
        f"fifth, {np.mean(off[-fifth:]):.3f} in the last"
    )


def _batches(tuning: FineTuning, run: Run) -> Iterator[Float32Array]:
    """Yield one batch for each step: float32 (4, H, W, 3), letterboxed and normalised."""
    random = np.random.default_rng(SEED)
    pictures = tuning.pictures
    for _ in range(tuning.steps):
        chosen = random.choice(len(pictures), BATCH, replace=len(pictures) < BATCH)
        photos = [_varied(read_rgb(pictures[number].image), run, random) for number in chosen]
        yield normalise(np.stack(photos), run)


def _varied(pixels: UInt8Array, run: Run, random: np.random.Generator) -> UInt8Array:
    """One letterboxed photo, sometimes closer, mirrored, brighter or darker."""
    if random.random() < 0.5:
        height, width = pixels.shape[:2]
        share = random.uniform(0.5, 1.0)
        rows, columns = max(1, int(height * share)), max(1, int(width * share))
        top, left = random.integers(0, height - rows + 1), random.integers(0, width - columns + 1)
        pixels = pixels[top : top + rows, left : left + columns]
    boxed, _ = letterbox(pixels, run.height_px, run.width_px, run.letterbox_fill)
    if random.random() < 0.5:
        boxed = boxed[:, ::-1]
    gain = float(np.exp(random.normal(0, 0.25)))
    return np.asarray(cv2.convertScaleAbs(np.ascontiguousarray(boxed), alpha=gain), np.uint8)
