"""``python -m train chart``: draw two columns of a CSV table against each other, as SVG."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from train.atomic_file import write_atomically
from train.charts.series import Point, Series
from train.charts.table import read_number, read_table
from train.errors import UsageError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train chart", description=__doc__)
    parser.add_argument("table", type=Path, metavar="TABLE.csv", help="with a header row")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="CHART.svg")
    parser.add_argument("--x", required=True, metavar="COLUMN")
    parser.add_argument("--y", required=True, metavar="COLUMN")
    parser.add_argument("--label", metavar="COLUMN", help="written beside each point")
    parser.add_argument("--series", metavar="COLUMN", help="points of one value look alike")
    parser.add_argument("--x-title", metavar="TEXT", help="default: the column's name")
    parser.add_argument("--y-title", metavar="TEXT", help="default: the column's name")
    parser.add_argument("--title", default="", metavar="TEXT", help="for those who cannot see it")
    parser.add_argument("--line", action="store_true", help="connect the points of each series")
    return parser


def main(arguments: list[str]) -> int:
    """Draw; return the exit code."""
    options = _parser().parse_args(arguments)
    columns, rows = read_table(options.table)
    for column in (options.x, options.y, options.label, options.series):
        if column is not None and column not in columns:
            raise UsageError(f"{options.table} has no column {column!r}: {', '.join(columns)}")
    if options.output.is_dir():
        raise UsageError(f"{options.output} is a folder: name a file to write")
    groups: dict[str, list[Point]] = {}
    for number, row in enumerate(rows, 2):
        x, y = (read_number(options.table, number, c, row[c]) for c in (options.x, options.y))
        label = row[options.label] if options.label else ""
        tip = f"{label}: {x:g}, {y:g}" if label else ""
        groups.setdefault(row[options.series] if options.series else "", []).append(
            Point(x, y, label, tip)
        )
    if options.line:
        groups = {name: sorted(points, key=lambda p: p.x) for name, points in groups.items()}
    from train.charts.chart import draw_chart  # noqa: PLC0415 - matplotlib, after the checks above

    chart = draw_chart(
        [Series(name, tuple(points), options.line) for name, points in groups.items()],
        x_title=options.x_title or options.x,
        y_title=options.y_title or options.y,
        title=options.title,
    )
    write_atomically(options.output, chart.encode())
    sys.stdout.write(f"{options.output}: {len(rows)} points\n")
    return 0
