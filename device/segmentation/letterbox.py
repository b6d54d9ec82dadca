"""Where a frame lies in the network's input."""

from __future__ import annotations

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

    def matches(self, other: Letterbox) -> bool:
        """Whether a frame of any size takes up the same place, but for the rounding."""
        own = (self.height_px, self.width_px, self.top_px, self.left_px)
        others = (other.height_px, other.width_px, other.top_px, other.left_px)
        return all(abs(one - two) <= 1 for one, two in zip(own, others, strict=True))

    @property
    def half_px(self) -> tuple[int, int]:
        """Height and width of half of what lies there."""
        return -(-self.height_px // 2), -(-self.width_px // 2)

    @classmethod
    def fit(
        cls, frame_height_px: int, frame_width_px: int, input_height_px: int, input_width_px: int
    ) -> Letterbox:
        """The largest centred place for a frame that keeps its proportions."""
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
