"""One picture of a camera or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from device.imaging.arrays import UInt8Array
from device.imaging.colour_order import ColourOrder

if TYPE_CHECKING:
    from device.imaging.pyramid import ImagePyramid


@dataclass(frozen=True)
class Frame:
    """One picture as the camera delivered it.

    Attributes:
        pixels: uint8, shape (height, width, 3), in ``colour_order``.
        colour_order: channel order of ``pixels``.
        captured_at: wall-clock time of capture, UTC; a photo's own where it names one.
        monotonic_s: monotonic clock at capture, seconds; for latency and settling.
        sequence: number of this frame at its source, from 0.
        source: what a person would call the origin: ``/dev/video0`` or a file name.
        stem: file stem when the frame comes from a file, else None.
        icc_profile: the source's ICC profile bytes, unparsed, or None.
        read_at: when a photo's file was read, UTC; None for a camera's frame.
        damage: what the decoder reported about damage inside the file; None where it found none.
        source_sha256: of the file's bytes, hexadecimal, when the frame is a hot folder's photo.
    """

    pixels: UInt8Array
    colour_order: ColourOrder
    captured_at: datetime
    monotonic_s: float
    sequence: int
    source: str
    stem: str | None = None
    icc_profile: bytes | None = None
    read_at: datetime | None = None
    damage: str | None = None
    source_sha256: str | None = None

    @cached_property
    def pyramid(self) -> ImagePyramid:
        """The picture at smaller sizes; lives as long as the frame."""
        # A camera is opened while OpenCV is still being loaded.
        from device.imaging.pyramid import ImagePyramid  # noqa: PLC0415 - see above.

        return ImagePyramid(self.pixels)

    def crop(self, rows: slice, columns: slice) -> Frame:
        """Return a part of the frame: views of its pixels and of the pyramid levels so far."""
        part = replace(self, pixels=self.pixels[rows, columns])
        # Where `cached_property` would put it; frozen instances take no assignment.
        vars(part)["pyramid"] = self.pyramid.crop(rows, columns)
        return part

    @property
    def seen_at(self) -> datetime:
        """When the rig saw it, by the rig's own clock."""
        return self.read_at or self.captured_at

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
