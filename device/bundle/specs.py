"""A model's input and output, as its manifest describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.imaging.colour_order import (
        ColourOrder,  # numpy comes with it, and the doctor must do without.
    )


GARMENT_LOGIT = "garment_logit"
PERSON_LOGIT = "person_logit"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The input of the model.

    A pixel p enters as ``round((p - mean) / std / scale) + zero_point``, clipped to ``dtype``;
    with dtype float32 as ``(p - mean) / std``.
    """

    height_px: int
    width_px: int
    channels: int
    colour_order: ColourOrder
    dtype: str
    scale: float
    zero_point: int
    mean: float
    std: float
    letterbox_fill: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class IouModel:
    """From what a mask's logits say of themselves to its expected IoU, by labelled pictures.

    ``ln(1 - IoU + offset)`` is a sum of ``intercept`` and, each times its weight,
    ``ln(1 - x + offset)`` for the soft IoU, for the agreement of the first two passes, and for
    what is left of 1 beside the share in doubt beyond the edge.
    """

    intercept: float
    soft_iou: float
    agreement: float
    mean_agreement: float
    offset: float
    doubt_share: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """An output of the model: one real value ``scale * (q - zero_point)`` for each cell.

    Cell i covers ``stride`` input pixels, its centre is at ``(i + 0.5) * stride``. The meanings
    that this version knows are ``garment_logit``, above 0 is garment, of the output itself, and
    ``person_logit``, above 0 is skin or hair, of a second one.
    """

    height_px: int
    width_px: int
    channels: int
    dtype: str
    scale: float
    zero_point: int
    stride: int
    meaning: str
