"""Shot lists as people's programs write them."""

from __future__ import annotations

import csv
import io

import pytest

from device.shot_list.csv_table import ListRow, ShotListError, read_table, write_table

ROWS = (
    ListRow("4711", ("front", "back"), "Hemd, weiß", "zuknöpfen"),
    ListRow("4712", (), None, None),
)


@pytest.mark.parametrize(
    "text",
    [
        'sku,views,name,note\n4711,front back,"Hemd, weiß",zuknöpfen\n4712,,,\n',
        "sku;views;name;note\r\n4711;front,back;Hemd, weiß;zuknöpfen\r\n4712;;;\r\n",
        'Name,SKU,Preis,Views,Note\n"Hemd, weiß",4711,9,front/back,zuknöpfen\n,4712,8,,\n\n',
        'sku,views,name,note\n4711, front | back ,"Hemd, weiß", zuknöpfen\n4712',
    ],
    ids=["commas", "semicolons", "other columns", "blanks"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
def test_a_list_is_read_as_it_is_written(text: str, mark: bytes) -> None:
    """Commas or semicolons, with or without a byte order mark, columns in any order."""
    assert read_table(mark + text.encode()) == ROWS


def test_each_fault_is_named_with_its_line() -> None:
    """All faults of a file at once, in the words of the person who has to correct it."""
    text = "sku,views\nA,front front\n,back\nB/1,\nC,fr?nt\nC,front\nC,back\nD,front,more\n"
    with pytest.raises(ShotListError) as refusal:
        read_table(text.encode())
    faults = refusal.value.faults
    assert [fault.split(":")[0] for fault in faults] == [
        *("line 2", "line 3", "line 4", "line 5", "line 7", "line 8")
    ]
    assert "twice" in faults[0]
    assert "no SKU" in faults[1]
    assert '"B/1"' in faults[2]
    assert "on line 6 already" in faults[4]
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"name,views\nA,front\n", "no column is called sku"),
        (b"sku\nA\nB\xff\n", "line 3: it is not UTF-8"),
        (b"sku\n" + b"x" * 4_000_000, "4 MB"),
        (b'sku,name\nA,"' + b"x" * 200_000 + b'"\n', "it is no CSV"),
        (b"sku\n" + b"\n".join(b"A/%d" % each for each in range(99)), "and 79 more"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    """An empty file, another table, another encoding, a flood: a sentence, and nothing loaded."""
    with pytest.raises(ShotListError) as refusal:
        read_table(data)
    assert words in str(refusal.value)


def test_no_cell_is_a_formula() -> None:
    """What a spreadsheet would run is text, and all else is as it was."""
    cells = ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "4711", None, 'a"b,c;d', "ä\nb"]
    data = write_table(["sku"] * len(cells), [cells])
    assert data.startswith(b"\xef\xbb\xbf")
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row == ["'=1+1", "'+1", "'-1", "'@SUM", "'\tx", "'\rx", "4711", "", 'a"b,c;d', "ä\nb"]
