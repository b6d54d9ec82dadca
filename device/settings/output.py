"""How a catalogue wants its pictures: cropped, on a canvas, on a colour, not too large."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = ("png", "webp", "jpeg")


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What becomes of a cutout before it is encoded; as it stands, it keeps the frame's size.

    Attributes:
        format: ``png``, ``webp`` (with alpha) or ``jpeg`` (its alpha is a file of its own).
        quality: of WebP and JPEG, 1 to 100; 100 makes WebP lossless.
        crop: cut down to the garment.
        margin: around the garment when cropped, as a share of its longer side.
        canvas_width_px: width of a fixed canvas; needs the height too.
        canvas_height_px: height of a fixed canvas; needs the width too.
        fill: the garment's longest extent on the canvas, as a share of the canvas.
        longest_px: shrink until the longer side is no more than this.
        background: ``#rrggbb`` to lay the garment on, or ``transparent``.
    """

    format: str = "png"
    quality: int = 90
    crop: bool = False
    margin: float = 0.05
    canvas_width_px: int | None = None
    canvas_height_px: int | None = None
    fill: float = 0.9
    longest_px: int | None = None
    background: str = "transparent"
