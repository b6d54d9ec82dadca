"""Quantisation-aware fine-tuning towards the float model's logits, without labels.

The float model is the teacher (Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural
Network", 2015): the fake-quantised network learns to reproduce its logits, so it does not forget
what the training run learnt for the labels of a smaller data set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from convert.arrays import Float32Array, UInt8Array
from convert.errors import UsageError
from convert.inputs.input_table import normalise
from convert.inputs.letterbox import letterbox
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import Picture, PictureFolder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.progress import say, track
from convert.quantisation.fake_quantisation import (
    build_fake_quantised_model,
    fake_quantise_kernel,
    list_kernels,
    observe_ranges,
)

BATCH = 4
LEARNING_RATE = 2e-5
SEED = 1


@dataclass(frozen=True, slots=True)
class FineTuning:
    """Data and length of the fine-tuning.

    Attributes:
        folders: data sets; only their training pictures are used.
        steps: number of weight updates, ``BATCH`` pictures each.
    """

    folders: tuple[PictureFolder, ...]
    steps: int

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that are not for validation."""
        return tuple(p for folder in self.folders for p in folder.pictures if p.split != "val")

    def manifest_entry(self) -> dict[str, Any]:
        """Return the fine-tuning as an entry of the bundle's manifest."""
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
    """Fine-tune a model in place for int8.

    Args:
        model: Keras functional model; its weights change.
        teacher: the float model as trained.
        tuning: data and steps.
        calibration: representative dataset, which sets the ranges of activations.

    Raises:
        UsageError: there are no training pictures, or a picture cannot be read.
    """
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    if not tuning.pictures:
        raise UsageError(
            "the data for fine-tuning has no pictures outside its split 'val': give a data set "
            "with training pictures to --finetune-data"
        )
    quantised = build_fake_quantised_model(model, observe_ranges(model, calibration))
    stored = list_kernels(model)
    # The optimiser updates exact weights; the network computes with rounded ones.
    exact = {id(kernel): keras.Variable(kernel) for kernel, _ in stored}
    weights = [exact.get(id(each), each) for each in quantised.trainable_variables]
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, tuning.steps)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    optimizer.build(weights)

    def step(photos: Any) -> Any:  # noqa: ANN401 - TensorFlow tensors
        for kernel, axis in stored:
            kernel.assign(fake_quantise_kernel(tf.convert_to_tensor(exact[id(kernel)]), axis))
        target = teacher(photos, training=False)
        with tf.GradientTape() as tape:
            error = tf.abs(quantised(photos, training=False) - target)
            # Huber loss: a few large errors must not outweigh the many of half a step.
            loss = tf.reduce_mean(tf.where(error < 1, error * error / 2, error - 0.5))
        optimizer.apply(tape.gradient(loss, quantised.trainable_variables), weights)
        return tf.reduce_mean(error)

    run_step = tf.function(step)
    batches = track(_make_batches(tuning, calibration.run), tuning.steps, "fine-tuning, steps")
    errors = [float(run_step(photos)) for photos in batches]
    for kernel, _ in stored:
        kernel.assign(exact[id(kernel)])
    fifth = max(1, len(errors) // 5)
    say(
        f"mean distance from the float model's logits: {np.mean(errors[:fifth]):.3f} in the first "
        f"fifth, {np.mean(errors[-fifth:]):.3f} in the last"
    )


def _make_batches(tuning: FineTuning, run: Run) -> Iterator[Float32Array]:
    """Yield one batch a step: float32 (BATCH, H, W, 3), letterboxed and normalised."""
    random = np.random.default_rng(SEED)
    pictures = tuning.pictures
    for _ in range(tuning.steps):
        chosen = random.choice(len(pictures), BATCH, replace=len(pictures) < BATCH)
        photos = [_augment(read_rgb(pictures[number].image), run, random) for number in chosen]
        yield normalise(np.stack(photos), run)


def _augment(pixels: UInt8Array, run: Run, random: np.random.Generator) -> UInt8Array:
    """Return a letterboxed photo, uint8 RGB (H, W, 3), randomly cropped, mirrored and exposed."""
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
