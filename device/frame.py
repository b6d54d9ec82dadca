"""The values that travel through the rig: a camera's frame, its mask, the garment's cutout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from device.evidence import Evidence
    from device.foreground import EdgeColours

ColourOrder = Literal["RGB", "BGR"]
UInt8Array = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as the camera gave it.

    Attributes:
        pixels: uint8, shape (height, width, 3), in ``colour_order``.
        colour_order: channel order of ``pixels``.
        captured_at: wall-clock time of capture, UTC.
        monotonic_s: monotonic clock at capture, seconds; for latency and settling.
        sequence: number of this frame at its source, from 0.
        source: what a person would call the origin: ``/dev/video0`` or a file name.
        stem: file stem when the frame comes from a file, else None.
        icc_profile: the source's ICC profile bytes, unparsed, or None.
    """

    pixels: UInt8Array
    colour_order: ColourOrder
    captured_at: datetime
    monotonic_s: float
    sequence: int
    source: str
    stem: str | None = None
    icc_profile: bytes | None = None

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return int(self.pixels.shape[0])

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return int(self.pixels.shape[1])


@dataclass(frozen=True, slots=True)
class Mask:
    """The garment in frame coordinates.

    Attributes:
        alpha: uint8, shape (height, width) of the frame; 0 none, 255 all garment.
        garment_share: share of the frame's pixels with alpha >= 128, 0 to 1.
        bbox: (left, top, width, height) in pixels of alpha >= 128, or None when empty.
    """

    alpha: UInt8Array
    garment_share: float
    bbox: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class Cutout:
    """A frame with its mask, ready to be encoded.

    Attributes:
        frame: the picture.
        mask: its garment mask, same height and width.
        bundle_id: the model bundle that made the mask.
        backend: what ran it, such as ``cpu-xnnpack``.
        stage_ms: wall-clock milliseconds by stage (preprocess, invoke, decode, …).
        edge_colours: the garment's own colours in its soft edge; None for a quick mask.
        evidence: what the mask was made of, for the verdict; None where there is none.
    """

    frame: Frame
    mask: Mask
    bundle_id: str
    backend: str
    stage_ms: dict[str, float] = field(default_factory=dict)
    edge_colours: EdgeColours | None = None
    evidence: Evidence | None = None
