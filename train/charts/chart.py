"""Line and scatter charts as SVG: for a page, or alone for documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from train.charts.labels import Box, place_label
from train.charts.markup import escaped

WIDTH_PX, HEIGHT_PX = 640, 400
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 66, 18, 18, 50
# Okabe & Ito (2008): people with any colour blindness can tell them apart. Shapes differ too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
STYLE = """
.chart { --paper: #ffffff; --ink: #1b1f24; --faint: #d0d7de; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  .chart { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d; }
}
@media print { .chart { --paper: #ffffff; --ink: #000000; --faint: #c0c0c0; } }
.chart .paper { fill: var(--paper); } .chart text { fill: var(--ink); }
.chart .grid { stroke: var(--faint); } .chart .axis { stroke: var(--ink); fill: none; }
.chart .line { fill: none; stroke-width: 2; } .chart .mark { stroke: var(--paper); }
"""


@dataclass(frozen=True, slots=True)
class Point:
    """One value in a chart; ``label`` is written beside it, ``tip`` shows on hovering."""

    x: float
    y: float
    label: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together; ``line`` connects them in their order."""

    name: str
    points: tuple[Point, ...]
    line: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from ``low`` to ``high`` laid over pixels from ``start_px`` to ``end_px``."""

    low: float
    high: float
    step: float
    start_px: float
    end_px: float

    @classmethod
    def over(
        cls, values: Sequence[float], start_px: float, end_px: float, *, whole: bool = False
    ) -> Axis:
        """Choose a round scale that holds all values, in about five steps; ``whole`` ones only."""
        low, high = min(values), max(values)
        if low == high:
            margin = 1.0 if whole else abs(low) / 10 or 1.0
            low, high = low - margin, high + margin
        rough = (high - low) / 5
        magnitude = 10.0 ** math.floor(math.log10(rough))
        step = next(size * magnitude for size in (1, 2, 2.5, 5, 10) if size * magnitude >= rough)
        step = max(1.0, round(step)) if whole else step
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls(first * step, last * step, step, start_px, end_px)

    def at_px(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start_px + share * (self.end_px - self.start_px), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Each step's place, pixels, and what is written there."""
        count = round((self.high - self.low) / self.step)
        values = [self.low + number * self.step for number in range(count + 1)]
        return [(self.at_px(value), f"{value + 0.0:.6g}") for value in map(_clean, values)]


def _clean(value: float) -> float:
    return round(value, 10)  # 0.30000000000000004 is a step of 0.1 from 0.2


def draw_chart(
    series: Sequence[Series],
    *,
    x_title: str,
    y_title: str,
    title: str = "",
    diagonal: bool = False,
    whole_x: bool = False,
) -> str:
    """Draw points, and lines where series ask for them.

    Args:
        series: at least one point in all; values must be finite.
        x_title: what x is, with its unit.
        y_title: what y is, with its unit.
        title: what the chart shows, for those who cannot see it.
        diagonal: also draw the line where x equals y, on two axes of one scale.
        whole_x: x counts something, as epochs: no scale between whole numbers.

    Returns:
        An SVG element that needs nothing else and follows a light or dark screen.
    """
    points = [point for one in series for point in one.points]
    xs, ys = [point.x for point in points], [point.y for point in points]
    if diagonal:
        xs = ys = xs + ys
    keys = _keys(series)
    top_px = TOP_PX + (20 if keys else 0)
    x_axis = Axis.over(xs, LEFT_PX, WIDTH_PX - RIGHT_PX, whole=whole_x)
    y_axis = Axis.over(ys, HEIGHT_PX - BOTTOM_PX, top_px)
    parts = [_frame(x_axis, y_axis, x_title, y_title), *keys]
    if diagonal:
        ends = [(x_axis.at_px(end), y_axis.at_px(end)) for end in (x_axis.low, x_axis.high)]
        parts.append(f'<path class="axis" stroke-dasharray="4 4" d="{_path(ends)}"/>')
    taken = [_box_of(x_axis.at_px(p.x), y_axis.at_px(p.y)) for p in points]
    for number, one in enumerate(series):
        parts += _draw_series(one, number, x_axis, y_axis, taken)
    name = escaped(title or f"{y_title} against {x_title}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" width="{WIDTH_PX}" height="{HEIGHT_PX}">'
        f"<title>{name}</title><style>{STYLE}</style>"
        f'<rect class="paper" width="{WIDTH_PX}" height="{HEIGHT_PX}"/>{"".join(parts)}</svg>\n'
    )


def _frame(x_axis: Axis, y_axis: Axis, x_title: str, y_title: str) -> str:
    left, right, bottom, top = x_axis.start_px, x_axis.end_px, y_axis.start_px, y_axis.end_px
    parts = []
    for x, text in x_axis.ticks:
        parts.append(f'<path class="grid" d="M{x} {bottom}V{top}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{text}</text>')
    for y, text in y_axis.ticks:
        parts.append(f'<path class="grid" d="M{left} {y}H{right}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{text}</text>')
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    turned = f'transform="translate(16 {middle_y}) rotate(-90)" text-anchor="middle"'
    parts += [
        f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>',
        f'<text x="{middle_x}" y="{bottom + 40}" text-anchor="middle">{escaped(x_title)}</text>',
        f"<text {turned}>{escaped(y_title)}</text>",
    ]
    return "".join(parts)


def _keys(series: Sequence[Series]) -> list[str]:
    """Name each series above the chart; a single one without a name needs no key."""
    parts, x = [], LEFT_PX + 6.0
    for number, one in enumerate(series):
        if one.name:
            parts.append(_mark(number, x, TOP_PX - 2))
            parts.append(f'<text x="{x + 9}" y="{TOP_PX + 2}">{escaped(one.name)}</text>')
            x += 26 + 6.6 * len(one.name)
    return parts


def _draw_series(
    series: Series, number: int, x_axis: Axis, y_axis: Axis, taken: list[Box]
) -> list[str]:
    places = [(x_axis.at_px(point.x), y_axis.at_px(point.y)) for point in series.points]
    parts = []
    if series.line:
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="7 3"' if number % 2 else ""
        parts.append(f'<path class="line" stroke="{colour}"{dash} d="{_path(places)}"/>')
    for point, (x, y) in zip(series.points, places, strict=True):
        tip = point.tip or point.label or f"{point.x:g}, {point.y:g}"
        parts.append(_mark(number, x, y, f"<title>{escaped(tip)}</title>"))
        if point.label:
            bounds = Box(x_axis.start_px, y_axis.end_px, x_axis.end_px, y_axis.start_px)
            text_x, text_y, box = place_label(x, y, point.label, taken, bounds)
            taken.append(box)
            parts.append(f'<text x="{text_x:.1f}" y="{text_y:.1f}">{escaped(point.label)}</text>')
    return parts


def _box_of(x: float, y: float) -> Box:
    return Box(x - 5, y - 5, x + 5, y + 5)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places)


def _mark(number: int, x: float, y: float, inside: str = "") -> str:
    """Draw a point: each series has a shape of its own besides its colour."""
    colour = COLOURS[number % len(COLOURS)]
    shapes = (
        "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
        "M-4-4h8v8h-8z",
        "M0-5 5 4-5 4z",
        "M0-5 5 0 0 5-5 0z",
    )
    shape = shapes[number % len(shapes)]
    return (
        f'<path class="mark" fill="{colour}" transform="translate({x} {y})" d="{shape}">'
        f"{inside}</path>"
    )
