"""``python -m train chart``: a table becomes a chart that stands alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from train.__main__ import main
from train.charts.chart import draw_chart, round_ticks
from train.charts.labels import box_marks, place_label
from train.charts.series import Point, Series
from train.charts.style import COLOURS, DARK

SVG = "{http://www.w3.org/2000/svg}"
TABLE = (
    "model,ratio,IoU,by\n"
    '"<b>&""big""",0.35,0.871,ours\n'
    "garment-384,0.33,0.87,ours\n"
    "PASCAL 513,1.0,0.62,public\n"
    "garment-256,0.14,0.84,ours\n"
)


def _draw(folder: Path, *options: str, table: str = TABLE) -> ET.Element:
    source, target = folder / "table.csv", folder / "chart.svg"
    source.write_text(table)
    arguments = ["chart", str(source), "-o", str(target), "--x", "ratio", "--y", "IoU"]
    assert main([*arguments, *options]) == 0
    return ET.fromstring(target.read_text())  # noqa: S314 - our own file


def _texts(chart: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in chart.iter(f"{SVG}text")]


def _tips(chart: ET.Element) -> list[str | None]:
    return [tip.text for mark in chart.iter(f"{SVG}use") for tip in mark.findall(f"{SVG}title")]


def test_a_chart_has_its_points_labels_and_axes(tmp_path: Path) -> None:
    """Every row is a point with its label and value; the axes have titles and round numbers."""
    chart = _draw(tmp_path, "--label", "model", "--x-title", "latency, ratio", "--y-title", "IoU")
    texts = _texts(chart)
    assert {'<b>&"big"', "garment-384", "PASCAL 513", "garment-256"} <= set(texts)
    assert {"latency, ratio", "IoU", "0.2", "0.4", "0.70", "0.90"} <= set(texts)
    tips = _tips(chart)
    assert "PASCAL 513: 1, 0.62" in tips
    assert len(tips) == 4


def test_a_chart_stands_alone(tmp_path: Path) -> None:
    """It names nothing outside itself."""
    _draw(tmp_path)
    text = (tmp_path / "chart.svg").read_text()
    assert text.count("http") == 1  # the namespace
    assert "url(" not in text


def test_every_colour_of_a_chart_has_one_for_a_dark_screen(tmp_path: Path) -> None:
    """Whatever is drawn in a colour on light paper is drawn in another before a dark one."""
    chart = _draw(tmp_path, "--label", "model", "--series", "by", "--line")
    style = chart.findtext(f"{SVG}style") or ""
    assert "@media screen and (prefers-color-scheme: dark)" in style
    drawn = {
        (what, colour)
        for element in chart.iter()
        for what, colour in re.findall(r"(fill|stroke): (#\w+)", element.get("style", ""))
    }
    assert len({colour for _, colour in drawn}) == 5  # paper, ink, grid and two series
    for what, colour in drawn:
        assert f'[style*="{what}: {colour}"] {{ {what}: {DARK[colour]} !important; }}' in style
    # What has no colour of its own would be black on black.
    for text in chart.iter(f"{SVG}text"):
        assert "fill: #" in text.get("style", "")


def test_a_chart_drawn_again_is_the_same_file(tmp_path: Path) -> None:
    """Neither the date nor a number drawn at random gets into the file, in any process."""
    _draw(tmp_path, "--series", "by", "--line", "--label", "model")
    before = (tmp_path / "chart.svg").read_bytes()
    program = [sys.executable, "-m", "train", "chart", str(tmp_path / "table.csv")]
    options = ["--x", "ratio", "--y", "IoU", "--series", "by", "--line", "--label", "model"]
    again = tmp_path / "again.svg"
    subprocess.run([*program, "-o", str(again), *options], check=True, capture_output=True)
    assert again.read_bytes() == before


def test_series_are_lines_in_the_order_of_x(tmp_path: Path) -> None:
    """With --line the points of a series are connected from left to right, each in its colour."""
    chart = _draw(tmp_path, "--series", "by", "--line")
    lines = [
        (path.get("d", ""), path.get("style", ""))
        for path in chart.iter(f"{SVG}path")
        if "fill: none" in path.get("style", "") and "stroke-width: 2" in path.get("style", "")
    ]
    assert [colour in style for colour in COLOURS[:2] for _, style in lines[:2]] == [1, 0, 0, 1]
    places = [float(pair.split()[0]) for pair in re.split("[ML]", lines[0][0])[1:]]
    assert places == sorted(places)
    assert len(places) == 3


def test_labels_keep_clear_of_points_and_of_each_other() -> None:
    """In a crowd each label finds a place that covers no point and no other label."""
    points = np.array([(200.0, 100.0), (214.0, 100.0), (205.0, 112.0)])
    taken = box_marks(points)
    for point in points:
        box = place_label(point, np.array([75.0, 12.0]), taken, np.array([60.0, 20, 620, 350]))
        shared = np.minimum(box[2:], taken[:, 2:]) - np.maximum(box[:2], taken[:, :2])
        assert not (shared > 0).all(axis=1).any()
        taken = np.vstack((taken, box))


@pytest.mark.parametrize("values", [(0.5,), (0, 0), (-3.2, 11.7), (1e-5, 2e-5), (1e6, 9e6)])
def test_axes_hold_their_values(values: tuple[float, ...]) -> None:
    """Whatever the values, they lie on the scale, and its steps are few."""
    ticks = round_ticks(min(values), max(values))
    assert ticks[0] <= min(values) + 1e-9
    assert ticks[-1] >= max(values) - 1e-9
    assert 2 <= len(ticks) <= 10


@pytest.mark.parametrize("last", [1, 2, 7, 40, 300])
def test_epochs_are_whole_numbers(last: int) -> None:
    """A scale that counts something has no step between whole numbers, however few they are."""
    ticks = round_ticks(1, last, whole=True)
    assert all(tick == round(tick) for tick in ticks)
    assert ticks[0] <= 1
    assert ticks[-1] >= last


@pytest.mark.parametrize(
    "name",
    ["_hidden", "$\\frac{a}{b}$", "100 % {x}", "中文", "</svg><script>", "a\x07b\n", "x" * 300],
)
def test_names_from_anywhere_stay_words(name: str, recwarn: pytest.WarningsRecorder) -> None:
    """A series, label or title may be called anything: it is written as it is, in the chart."""
    points = (Point(1, 2, label=name), Point(2, 3))
    one = Series(name, points)
    drawn = ET.fromstring(draw_chart([one], x_title=name, y_title="y"))  # noqa: S314
    shown = "".join(letter for letter in name if letter.isprintable())
    written = [text for text in _texts(drawn) if text[:40] == shown[:40]]
    assert len(written) == 3  # in the key, beside its point, below the axis
    assert _tips(drawn)[0] == shown
    assert not list(recwarn)


@pytest.mark.parametrize(
    ("table", "options", "sentence"),
    [
        (TABLE, ["--x", "speed"], "has no column 'speed': model, ratio, IoU, by"),
        (TABLE, ["--x", "model"], "which is no number"),
        (TABLE.replace("0.84", "nan"), [], "row 5 has IoU = 'nan', which is no number"),
        (TABLE + "short\n", [], "row 6 has not the header's 4 columns"),
        ("ratio,IoU\n", [], "has no row below its header"),
        ("ratio,IoU\n\0,\0\n", [], "no number"),
        (None, [], "cannot be read"),
    ],
)
def test_a_bad_table_gets_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str | None,
    options: list[str],
    sentence: str,
) -> None:
    """What cannot be drawn is named by file, row and column, exit code 2, and nothing is left."""
    source = tmp_path / "table.csv"
    if table is not None:
        source.write_text(table)
    target = tmp_path / "chart.svg"
    arguments = ["chart", str(source), "-o", str(target), "--x", "ratio", "--y", "IoU"]
    assert main([*arguments, *options]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not target.exists()


def test_a_table_with_an_unnamed_column_is_drawn(tmp_path: Path) -> None:
    """The row numbers that pandas writes before the first column are no fault."""
    numbered = "".join(f"{n or ''},{line}\n" for n, line in enumerate(TABLE.splitlines()))
    _draw(tmp_path, table=numbered)
