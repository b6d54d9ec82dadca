"""What the pipeline makes of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.mask import Mask

if TYPE_CHECKING:
    from device.bundle.specs import IouModel
    from device.matting.foreground import EdgeColours
    from device.segmentation.cell_grid import CellGrid


@dataclass(frozen=True, slots=True)
class Cutout:
    """A frame with its mask, ready to be encoded.

    Attributes:
        frame: the picture.
        mask: its garment mask, same height and width.
        bundle_id: the model bundle that made the mask.
        backend: what ran it, such as ``cpu-xnnpack``.
        stage_ms: wall-clock milliseconds by stage of the pipeline (preprocess, invoke,
            decode, …).
        edge_colours: the garment's own colours in its soft edge; None for a quick mask.
        logits: what the mask was made of, for the verdict; None for a quick mask.
        coarse_alpha: uint8, the mask on half of the picture that the model saw, see
            `device.matting.alpha_field.AlphaField`; None for a quick mask.
        iou_model: of the bundle, from which the verdict reads what the mask is worth; None where
            it has none.
        removed_share: share of what the model took for garment that was taken out of the mask as
            it looks as the bare set did, 0 to 1; None without a comparison.
    """

    frame: Frame
    mask: Mask
    bundle_id: str
    backend: str
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    edge_colours: EdgeColours | None = None
    logits: CellGrid | None = None
    coarse_alpha: UInt8Array | None = None
    iou_model: IouModel | None = None
    removed_share: float | None = None
