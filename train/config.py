"""What a run is made of: the architecture and the schedule, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from train.errors import UsageError

LOGITS_STRIDE = 4
NORMALISATION_MEAN = 127.5
NORMALISATION_STD = 127.5
LETTERBOX_FILL = (127, 127, 127)
CLASSES = {"0": "everything else", "1": "garment"}
# The backbone's blocks from the picture on, by their names in the published checkpoints.
BLOCKS = ("Conv", "expanded_conv", *(f"expanded_conv_{number}" for number in range(1, 17)))


@dataclass(frozen=True, slots=True)
class Architecture:
    """DeepLabv3+ on MobileNetV2.

    Attributes:
        input_height_px: rows of the model's input; a multiple of 32.
        input_width_px: columns of the model's input; a multiple of 32.
        output_stride: input pixels per cell of the deepest features, 16 or 8.
        atrous_rates: dilation of each 3x3 branch of the ASPP, at output stride 16. At output
            stride 8 they are doubled, as in the paper, so that they see the same area.
        width_multiplier: channels of the backbone as a share of the published ones.
        batch_norm: whether the backbone has batch normalisation. Weights from a deployed
            model have it folded into the convolutions already and need none.
    """

    input_height_px: int = 384
    input_width_px: int = 288
    output_stride: int = 16
    atrous_rates: tuple[int, ...] = (3, 6, 9)
    width_multiplier: float = 1.0
    batch_norm: bool = False

    def __post_init__(self) -> None:
        if self.output_stride not in (8, 16):
            raise UsageError(f"output stride {self.output_stride} is not available: use 16 or 8")
        for name, value in (("height", self.input_height_px), ("width", self.input_width_px)):
            if value < 64 or value % 32:
                raise UsageError(
                    f"input {name} {value} does not fit: use a multiple of 32, 64 or more"
                )
        rates = self.atrous_rates
        if not rates or min(rates) < 1 or len(set(rates)) < len(rates):
            raise UsageError(
                f"atrous rates {rates} do not fit: use different whole numbers of 1 or more"
            )

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the input, pixels."""
        return self.input_height_px, self.input_width_px

    @property
    def logits_size(self) -> tuple[int, int]:
        """Rows and columns of the output, cells of `LOGITS_STRIDE` pixels."""
        return self.input_height_px // LOGITS_STRIDE, self.input_width_px // LOGITS_STRIDE


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
