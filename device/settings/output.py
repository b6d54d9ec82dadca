"""How a catalogue wants its pictures: cropped, on a canvas, on a colour, not too large."""

from __future__ import annotations

from dataclasses import dataclass

from device.errors import UsageError
from device.settings.declaration import Flag, declare
from device.settings.rules import choice, colour, number, whole, yes_or_no

FORMATS = ("png", "webp", "jpeg")
LONGEST_PX = {"webp": 16383, "jpeg": 65500}
"""Where formats end, in pixels a side: WebP's has 14 bits, and libjpeg stops short of 16."""


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What becomes of a cutout before it is encoded; as it stands, it keeps the frame's size.

    The flags are those of `device.cutout`.
    """

    format: str = declare(
        choice("png", "webp"),
        "png or webp, both with alpha",
        default="png",
        flag=Flag(help_text="jpeg brings its alpha as STEM-alpha.png"),
    )
    quality: int = declare(
        whole(1, 100),
        "of WebP and JPEG, 1 to 100; 100 makes WebP lossless",
        default=90,
        flag=Flag("N", "WebP and JPEG"),
    )
    crop: bool = declare(yes_or_no(), "cut down to the garment", default=False, flag=Flag())
    margin: float = declare(
        number(0, 1),
        "around the garment when cropped, as a share of its longer side",
        default=0.05,
        flag=Flag("SHARE", "around the crop"),
    )
    canvas_width_px: int | None = declare(
        whole(16, 16384), "width of a fixed canvas; needs the height too", default=None
    )
    canvas_height_px: int | None = declare(
        whole(16, 16384), "height of a fixed canvas; needs the width too", default=None
    )
    fill: float = declare(
        number(0.05, 1),
        "the garment's longest extent on the canvas, as a share of the canvas",
        default=0.9,
        flag=Flag("SHARE", "of the canvas"),
    )
    longest_px: int | None = declare(
        whole(16, 16384),
        "shrink until the longer side is no more than this",
        default=None,
        default_words="as large as the frame",
        flag=Flag("N", "shrink to this longer side"),
    )
    background: str = declare(
        colour(),
        "#rrggbb to lay the garment on, or transparent",
        default="transparent",
        flag=Flag("#RRGGBB", "lay it on this"),
    )

    def check_canvas(self, where: str) -> None:
        """Refuse a canvas that the format cannot hold.

        Args:
            where: the settings come from, for the error.

        Raises:
            UsageError: it is larger than the format's pictures.
        """
        limit_px = LONGEST_PX.get(self.format)
        longest_px = max(self.canvas_width_px or 0, self.canvas_height_px or 0)
        if self.longest_px is not None:
            longest_px = min(longest_px, self.longest_px)
        if limit_px is not None and longest_px > limit_px:
            raise UsageError(
                f"the canvas {where} is {longest_px} pixels long, and {self.format} ends at"
                f" {limit_px} a side: give a smaller canvas, or the format png"
            )
