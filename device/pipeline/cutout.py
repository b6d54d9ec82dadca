"""What the pipeline makes of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.imaging.frame import Frame
from device.imaging.mask import Mask

if TYPE_CHECKING:
    from device.matting.foreground import EdgeColours
    from device.segmentation.frame_logits import FrameLogits


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
        evidence: what the mask was made of, for the verdict; None where there is none.
    """

    frame: Frame
    mask: Mask
    bundle_id: str
    backend: str
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    edge_colours: EdgeColours | None = None
    evidence: FrameLogits | None = None
