"""How long a run trains, and at what rates."""

from __future__ import annotations

from dataclasses import dataclass

from train.errors import UsageError

# The backbone's blocks from the picture on, by their names in the published checkpoints.
BLOCKS = ("Conv", "expanded_conv", *(f"expanded_conv_{number}" for number in range(1, 17)))


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to train.

    Attributes:
        epochs: passes over the pictures, the head phase included.
        head_epochs: first epochs in which the backbone is frozen, so that the fresh head's
            large gradients do not spoil the initial weights.
        batch_size: pictures per step.
        learning_rate: AdamW's peak rate; a cosine takes it to zero.
        weight_decay: AdamW's decoupled decay (Loshchilov & Hutter, 2019).
        ema_momentum: momentum of the moving average of the weights that is validated and kept.
        seed: of everything random.
        mixed_precision: compute in bfloat16 and keep the weights in float32.
        freeze_until: the last of the backbone's first blocks that keep their initial weights
            throughout, such as ``expanded_conv_6``; None trains them all.
        boundary_weight: how much more cells at the label's edge weigh in the loss.
        patience: epochs without a better garment IoU after which training stops; None never.
        strategy: ``mirrored`` over this machine's devices, ``multiworker`` over machines, or
            None: one device.
    """

    epochs: int = 30
    head_epochs: int = 1
    batch_size: int = 16
    learning_rate: float = 5e-4
    weight_decay: float = 1e-4
    ema_momentum: float = 0.998
    seed: int = 1
    mixed_precision: bool = False
    freeze_until: str | None = None
    boundary_weight: float = 0.0
    patience: int | None = None
    strategy: str | None = None

    def __post_init__(self) -> None:
        if self.freeze_until is not None and self.freeze_until not in BLOCKS:
            raise UsageError(
                f"the backbone has no block {self.freeze_until!r} to freeze until: "
                f"use {BLOCKS[0]}, {BLOCKS[1]}, {BLOCKS[2]} … {BLOCKS[-1]}"
            )
