"""What a run is made of: the architecture and the schedule, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from train.errors import UsageError

LOGITS_STRIDE = 4
NORMALISATION_MEAN = 127.5
NORMALISATION_STD = 127.5
LETTERBOX_FILL = (127, 127, 127)
CLASSES = {"0": "everything else", "1": "garment"}


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
    def dilations(self) -> list[int]:
        """Dilation of each 3x3 branch of the ASPP, in cells of the deepest features."""
        return [rate * 16 // self.output_stride for rate in self.atrous_rates]

    @property
    def logits_size(self) -> tuple[int, int]:
        """Rows and columns of the output, cells of `LOGITS_STRIDE` pixels."""
        return self.input_height_px // LOGITS_STRIDE, self.input_width_px // LOGITS_STRIDE
