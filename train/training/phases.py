"""The phases of training: what learns in each, and how fast."""

from __future__ import annotations

import keras

from train.network.architecture import Architecture
from train.network.backbone import find_block
from train.network.model import build_model, list_backbone_layers
from train.runs.schedule import BLOCKS, Schedule
from train.training.loss import GarmentLoss


def build_trained(architecture: Architecture, schedule: Schedule) -> keras.Model:
    """Build the network that is trained: where asked, it computes in bfloat16.

    Its weights are float32 either way, and so is the model that is validated and kept.
    """
    if not schedule.mixed_precision:
        return build_model(architecture)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(architecture)
    finally:
        keras.config.set_dtype_policy(before)
    # Eight bits of mantissa are too few for logits near the edge.
    model.get_layer("garment_logits").dtype_policy = "float32"
    return model


def freeze(model: keras.Model, schedule: Schedule, *, head_only: bool) -> None:
    """Fix the weights that this phase keeps; norms among them run on their stored statistics."""
    frozen = 0 if schedule.freeze_until is None else BLOCKS.index(schedule.freeze_until) + 1
    for layer in list_backbone_layers(model):
        layer.trainable = not head_only and find_block(layer.name) not in BLOCKS[:frozen]


def begin_phase(
    model: keras.Model, schedule: Schedule, steps: int, loss: GarmentLoss, *, head_only: bool
) -> None:
    """Compile ``model`` for a phase, with a fresh optimiser.

    Args:
        model: what is trained.
        schedule: how long and how fast.
        steps: in an epoch.
        loss: what training makes small.
        head_only: the first phase, in which the backbone keeps its initial weights.
    """
    freeze(model, schedule, head_only=head_only)
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
    model.compile(optimizer, loss)
