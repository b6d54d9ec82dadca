"""The values that travel through the rig: a camera's frame, its mask, the garment's cutout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from device.imaging.arrays import UInt8Array
from device.imaging.colour_order import ColourOrder


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
    def is_photo(self) -> bool:
        """Whether this is a finished photograph out of a file, not one of a camera's stream."""
        return self.stem is not None

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return int(self.pixels.shape[0])

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return int(self.pixels.shape[1])
