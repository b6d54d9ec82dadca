"""What is written into a preview: what the rig waits for, and loudly that a shot was bad."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from device.imaging.arrays import UInt8Array

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WHITE, _BLACK, _RED = (255, 255, 255), (0, 0, 0), (40, 40, 215)
# Of the picture's longer side: readable on a telephone across the studio.
_STATE_SHARE = 0.032
_ALARM_SHARE = 0.075
_REASON_SHARE = 0.045


@dataclass(frozen=True, slots=True)
class Caption:
    """Texts of A to Z, digits and signs.

    Attributes:
        state: what the rig waits for, at the lower edge; empty for nothing.
        alarm: what must not be overlooked, large at the upper edge, and in further lines why;
            empty for nothing.
    """

    state: str = ""
    alarm: str = ""


def draw_caption(picture: UInt8Array, caption: Caption) -> None:
    """Write a caption into a picture in BGR, uint8 (height, width, 3)."""
    height_px, width_px = picture.shape[:2]
    longest_px = max(height_px, width_px)
    if caption.state:
        scale = _fit(caption.state, _STATE_SHARE * longest_px, 0.96 * width_px)
        at = (round(0.02 * width_px), height_px - round(0.02 * longest_px))
        _write(picture, caption.state, at, scale)
    if caption.alarm:
        top_px, share = 0, _ALARM_SHARE
        for line in caption.alarm.splitlines():
            scale = _fit(line, share * longest_px, 0.94 * width_px)
            (text_px, letter_px), _ = cv2.getTextSize(line, _FONT, scale, _weigh(scale))
            bottom_px = top_px + 2 * letter_px
            picture[top_px:bottom_px] = _RED
            at = ((width_px - text_px) // 2, top_px + round(1.5 * letter_px))
            _write(picture, line, at, scale)
            top_px, share = bottom_px, _REASON_SHARE


def _fit(text: str, letter_px: float, most_px: float) -> float:
    """Return the scale at which letters have a height, or as much of it as fits into a width."""
    # Measured, not assumed: letters of scale 1 are 22 pixels high in OpenCV 4 and 27 in OpenCV 5.
    (text_px, height_px), _ = cv2.getTextSize(text, _FONT, 1.0, _weigh(1.0))
    return min(letter_px / max(1, height_px), most_px / max(1, text_px))


def _weigh(scale: float) -> int:
    return max(1, round(2 * scale))


def _write(picture: UInt8Array, text: str, at: tuple[int, int], scale: float) -> None:
    """Write in white with a black rim.

    The rim is the same letters moved aside: OpenCV 5 spaces bolder letters wider.
    """
    weight = _weigh(scale)
    for dx in (-weight, weight):
        for dy in (-weight, weight):
            at_rim = (at[0] + dx, at[1] + dy)
            cv2.putText(picture, text, at_rim, _FONT, scale, _BLACK, weight, cv2.LINE_AA)
    cv2.putText(picture, text, at, _FONT, scale, _WHITE, weight, cv2.LINE_AA)
