"""``python -m train chart``: a table becomes a chart that stands alone."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from train.__main__ import main
from train.charts.chart import COLOURS, Axis
from train.charts.labels import Box, place_label

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


def test_a_chart_has_its_points_labels_and_axes(tmp_path: Path) -> None:
    """Every row is a point with its label and value; the axes have titles and round numbers."""
    chart = _draw(tmp_path, "--label", "model", "--x-title", "latency, ratio", "--y-title", "IoU")
    texts = ["".join(text.itertext()) for text in chart.iter(f"{SVG}text")]
    assert {'<b>&"big"', "garment-384", "PASCAL 513", "garment-256"} <= set(texts)
    assert {"latency, ratio", "IoU", "0.2", "0.4", "0.7", "0.9"} <= set(texts)
    tips = [tip.text for mark in chart.iter(f"{SVG}path") for tip in mark.findall(f"{SVG}title")]
    assert "PASCAL 513: 1, 0.62" in tips
    assert len(tips) == 4


def test_a_chart_stands_alone(tmp_path: Path) -> None:
    """It names nothing outside itself, and has colours for light, dark and paper."""
    _draw(tmp_path)
    text = (tmp_path / "chart.svg").read_text()
    assert text.count("http") == 1  # the namespace
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_series_are_lines_in_the_order_of_x(tmp_path: Path) -> None:
    """With --line the points of a series are connected from left to right, each in its colour."""
    chart = _draw(tmp_path, "--series", "by", "--line")
    lines = [path for path in chart.iter(f"{SVG}path") if path.get("class") == "line"]
    assert [line.get("stroke") for line in lines] == list(COLOURS[:2])
    places = [
        float(pair.split()[0]) for pair in str(lines[0].get("d")).removeprefix("M").split("L")
    ]
    assert places == sorted(places)
    assert len(places) == 3


def test_labels_keep_clear_of_points_and_of_each_other() -> None:
    """In a crowd each label finds a place that covers no point and no other label."""
    points = [(200.0, 100.0), (214.0, 100.0), (205.0, 112.0)]
    taken = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    for x, y in points:
        _, _, box = place_label(x, y, "garment-320", taken, Box(60, 20, 620, 350))
        assert sum(map(box.overlap_px2, taken)) == 0
        taken.append(box)


@pytest.mark.parametrize("values", [(0.5,), (0, 0), (-3.2, 11.7), (1e-5, 2e-5), (1e6, 9e6)])
def test_axes_hold_their_values(values: tuple[float, ...]) -> None:
    """Whatever the values, they lie on the scale, and its steps are few."""
    axis = Axis.over(values, 0, 100)
    assert axis.low <= min(values) + 1e-9
    assert axis.high >= max(values) - 1e-9
    assert 2 <= len(axis.ticks) <= 10


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
