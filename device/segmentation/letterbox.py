"""Where a frame lies in the network's input."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a frame lies on the model's input, in pixels; the fill is all around it."""

    frame_height_px: int
    frame_width_px: int
    height_px: int
    width_px: int
    top_px: int
    left_px: int

    @classmethod
    def fit(
        cls, frame_height_px: int, frame_width_px: int, input_height_px: int, input_width_px: int
    ) -> Letterbox:
        """Return the largest centred place for a frame that keeps its proportions."""
        scale = min(input_height_px / frame_height_px, input_width_px / frame_width_px)
        height_px = min(input_height_px, max(1, round(frame_height_px * scale)))
        width_px = min(input_width_px, max(1, round(frame_width_px * scale)))
        return cls(
            frame_height_px=frame_height_px,
            frame_width_px=frame_width_px,
            height_px=height_px,
            width_px=width_px,
            top_px=(input_height_px - height_px) // 2,
            left_px=(input_width_px - width_px) // 2,
        )

    @property
    def half_px(self) -> tuple[int, int]:
        """Height and width of half of what lies there."""
        return -(-self.height_px // 2), -(-self.width_px // 2)

    def matches(self, other: Letterbox) -> bool:
        """Say whether a frame of any size takes up the same place, but for the rounding."""
        own = (self.height_px, self.width_px, self.top_px, self.left_px)
        others = (other.height_px, other.width_px, other.top_px, other.left_px)
        return all(abs(one - two) <= 1 for one, two in zip(own, others, strict=True))

    def find_cells(self, shape: tuple[int, ...], stride: int) -> tuple[slice, slice]:
        """Return the rows and the columns of cells whose centres lie on the frame.

        What the model says of the fill is left out: with it a garment that the frame's edge cuts
        would fade out towards that edge. This is the only rule for it.

        Args:
            shape: how many rows and columns there are.
            stride: input pixels for each cell; centres lie at ``(i + 0.5) * stride``.
        """
        return (
            _find_cells(shape[0], stride, self.top_px, self.height_px),
            _find_cells(shape[1], stride, self.left_px, self.width_px),
        )


def _find_cells(cells: int, stride: int, start_px: int, length_px: int) -> slice:
    first = math.ceil(start_px / stride - 0.5)
    last = math.ceil((start_px + length_px) / stride - 0.5) - 1
    if last < first:  # A frame so thin that it holds no centre: take the cell it lies in.
        first = last = int((start_px + length_px / 2) / stride)
    return slice(max(0, min(first, cells - 1)), max(0, min(last, cells - 1)) + 1)
