"""Where a chart's labels go, so that none lies on another or on a point."""

from __future__ import annotations

from dataclasses import dataclass

LETTER_PX = 7.0  # mean width of a letter at 12 px in a wide font
LINE_PX = 12.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap_px2(self, other: Box) -> float:
        """Area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def outside_px(self, bounds: Box) -> float:
        """How far it sticks out of ``bounds``, over all sides."""
        return sum(
            max(0.0, distance)
            for distance in (
                bounds.left - self.left,
                bounds.top - self.top,
                self.right - bounds.right,
                self.bottom - bounds.bottom,
            )
        )


def place_label(
    x: float, y: float, text: str, taken: list[Box], bounds: Box
) -> tuple[float, float, Box]:
    """Find the best place beside a point.

    Args:
        x: the point's place, pixels.
        y: the same, downwards.
        text: the label.
        taken: what must not be covered: points and other labels.
        bounds: what it must not stick out of.

    Returns:
        Where the text starts (left end of its base line), and the box that it fills.
    """
    width = LETTER_PX * len(text)
    corners = [
        (x + 8, y - 6),
        (x - 8 - width, y - 6),
        (x - width / 2, y - 21),
        (x - width / 2, y + 9),
        (x + 6, y - 19),
        (x + 6, y + 7),
        (x - 6 - width, y - 19),
        (x - 6 - width, y + 7),
        (x - width / 2, y - 35),
        (x - width / 2, y + 23),
    ]
    boxes = [Box(left, top, left + width, top + LINE_PX) for left, top in corners]
    best = min(
        boxes,
        key=lambda box: sum(map(box.overlap_px2, taken)) + 100 * box.outside_px(bounds),
    )
    return best.left, best.bottom - 2, best
