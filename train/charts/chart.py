"""Line and scatter charts as SVG, drawn by matplotlib: for a page, or alone for documents."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from train.charts.labels import MARK_PX, box_line, box_marks, place_label
from train.charts.series import Point, Series
from train.charts.style import COLOURS, INK, PAPER, STYLE
from train.charts.svg import finish_svg

WIDTH_PX, HEIGHT_PX = 640, 400
# matplotlib's SVG has 72 pixels to its inch whatever is asked for.
_PX_PER_INCH = 72
# Room for half of the outermost ticks' numbers.
_MARGIN_PX = 10
# One for each series beside its colour: circle, square, triangle, diamond.
_MARKERS = ("o", "s", "^", "D")
_MARKER_PX = MARK_PX - 2  # the paper shows a pixel around each
# Marks of more points than this would run together in a line, and are half as large.
_FEW_POINTS = 60
# About half a chart's width in letters: longer names are cut in the key, tables have them whole.
_LONGEST_NAME = 48


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
        An SVG element that needs nothing else and follows a light or dark screen. The same input
        gives the same text.
    """
    name = _printable(title or f"{y_title} against {x_title}")
    with mpl.rc_context(), warnings.catch_warnings():
        # Letters that this machine's font lacks are drawn by the reader's.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        mpl.rcdefaults()  # whatever a person's own matplotlibrc says
        # Names inside the file are hashes: of one salt a chart, so that pages hold several.
        mpl.rcParams.update(STYLE | {"svg.hashsalt": name})
        size_inch = WIDTH_PX / _PX_PER_INCH, HEIGHT_PX / _PX_PER_INCH
        figure = Figure(size_inch, dpi=_PX_PER_INCH)
        pad_inch = _MARGIN_PX / _PX_PER_INCH
        figure.set_layout_engine("constrained", w_pad=pad_inch, h_pad=pad_inch)
        FigureCanvasSVG(figure)
        axes = figure.add_subplot(xlabel=_shorten(x_title, 80), ylabel=_shorten(y_title, 60))
        marks = [_draw_series(axes, one, number) for number, one in enumerate(series)]
        _scale(axes, diagonal=diagonal, whole_x=whole_x)
        _add_key(figure, marks, [one.name for one in series])
        _add_labels(figure, axes, series)
        drawing = io.BytesIO()
        # Neither date nor version: a chart drawn again is the same file.
        unsigned = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(drawing, format="svg", metadata=unsigned)
    tips = {
        f"series-{number}": [_tip(point) for point in one.points]
        for number, one in enumerate(series)
    }
    return finish_svg(drawing.getvalue(), name, tips)


def _draw_series(axes: Axes, series: Series, number: int) -> Artist:
    """Draw marks and, where asked for, the line between them."""
    colour = COLOURS[number % len(COLOURS)]
    (drawn,) = axes.plot(
        [point.x for point in series.points],
        [point.y for point in series.points],
        color=colour,
        linewidth=2,
        # Dashes in units of the width: every other line differs by more than its colour.
        linestyle=("none" if not series.line else (0, (3.5, 1.5)) if number % 2 else "-"),
        marker=_MARKERS[number % len(_MARKERS)],
        markersize=_MARKER_PX if len(series.points) <= _FEW_POINTS else _MARKER_PX / 2,
        markeredgecolor=PAPER,
        clip_on=False,
        gid=f"series-{number}",
    )
    return drawn


def _scale(axes: Axes, *, diagonal: bool, whole_x: bool) -> None:
    """Let both scales begin and end at round numbers around the points."""
    ends = axes.dataLim
    x_ends, y_ends = (ends.x0, ends.x1), (ends.y0, ends.y1)
    if diagonal:
        x_ends = y_ends = min(ends.min), max(ends.max)
    x_ticks, y_ticks = round_ticks(*x_ends, whole=whole_x), round_ticks(*y_ends)
    axes.set(xticks=x_ticks, xlim=(x_ticks[0], x_ticks[-1]))
    axes.set(yticks=y_ticks, ylim=(y_ticks[0], y_ticks[-1]))
    if diagonal:
        line = x_ticks[0], x_ticks[-1]
        axes.plot(line, line, color=INK, linewidth=1, linestyle=(0, (4, 4)), clip_on=False)
    for grid_line in (*axes.get_xgridlines(), *axes.get_ygridlines()):
        grid_line.set_clip_on(False)


def round_ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Choose up to eight round numbers, the first and last at or beyond the ends."""
    if low == high:  # a single value gets a tenth of itself on either side
        margin = 1.0 if whole or not low else abs(low) / 10
        low, high = low - margin, high + margin
    locator = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=whole)
    return [float(tick) for tick in locator.tick_values(low, high)]


def _add_key(figure: Figure, marks: Sequence[Artist], names: Sequence[str]) -> None:
    """Name each series above the chart, in as many columns as fit; no name needs no key."""
    named = [(mark, _shorten(name)) for mark, name in zip(marks, names, strict=True) if name]
    for columns in range(len(named), 0, -1):
        key = figure.legend(*zip(*named, strict=True), loc="outside upper left", ncols=columns)
        if key.get_window_extent().width <= WIDTH_PX - 2 * _MARGIN_PX:
            return
        if columns > 1:
            key.remove()


def _add_labels(figure: Figure, axes: Axes, series: Sequence[Series]) -> None:
    figure.draw_without_rendering()  # only now it is known where points lie
    figure.set_layout_engine("none")
    places = [axes.transData.transform([(p.x, p.y) for p in one.points]) for one in series]
    lines = [box_line(at) for one, at in zip(series, places, strict=True) if one.line]
    taken = np.concatenate([*map(box_marks, places), *lines])
    for one, at in zip(series, places, strict=True):
        for point, place in zip(one.points, at, strict=True):
            if point.label:
                text = figure.text(0, 0, _shorten(point.label), transform=None)
                extent = text.get_window_extent()
                box = place_label(place, np.array(extent.size), taken, np.array(axes.bbox.extents))
                taken = np.vstack((taken, box))
                text.set_position((box[0], box[1] - extent.y0))


def _tip(point: Point) -> str:
    return _printable(point.tip or point.label or f"{point.x:g}, {point.y:g}")


def _shorten(text: str, letters: int = _LONGEST_NAME) -> str:
    text = _printable(text)
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _printable(text: str) -> str:
    """Drop what XML cannot hold, as control codes."""
    return "".join(letter for letter in text if letter.isprintable())
