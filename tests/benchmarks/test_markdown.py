"""`--markdown`: pages of docs/measurements, printed by the commands that measure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.__main__ import main as compare_masks
from benchmarks.edges.__main__ import main as measure_edges
from benchmarks.markdown.page import MOST_CAVEATS, Page, format_command, format_table
from benchmarks.quantisation.__main__ import main as print_parity
from benchmarks.verdict.__main__ import main as score_verdict
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path

ONE_PICTURE = ["--data", f"{Path(__file__).parents[2] / 'calibration_images'}@all", "--limit", "1"]


@pytest.mark.parametrize(
    ("command", "module", "options"),
    [
        (compare_masks, "benchmarks", [*ONE_PICTURE, "--rembg"]),
        (measure_edges, "benchmarks.edges", ONE_PICTURE),
        (score_verdict, "benchmarks.verdict", [*ONE_PICTURE, "--corruption", "moved"]),
        (print_parity, "benchmarks.quantisation", []),
    ],
)
def test_a_page_says_what_was_measured_how_and_when(
    command: Callable[[Sequence[str]], int],
    module: str,
    options: Sequence[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bundle, date, machine and command stand above one table and at most three caveats."""
    assert command([*options, "--markdown"]) == 0
    page = capsys.readouterr().out
    assert re.match(
        rf"# .+\n\nBundle: .*`{load_bundle(default_bundle_path()).id}` \(bundle [0-9.]+\).*\."
        r" Date: 20[0-9]{2}-[0-9]{2}-[0-9]{2}\. Machine: [0-9]+ cores of .+, load [0-9.]+\.\n\n"
        rf"```sh\npython -m {re.escape(module)} ",
        page,
    ), page
    assert page.count("\n| --- ") == 1
    assert 1 <= sum(line.startswith("- ") for line in page.splitlines()) <= MOST_CAVEATS


def test_the_command_can_be_typed_elsewhere() -> None:
    """A page names a data set and no folder of the machine that measured."""
    given = ["--data", "/home/me/street", "flat-lays@all", "--corruption", "too dark", "--markdown"]
    assert format_command("benchmarks.verdict", given) == (
        "python -m benchmarks.verdict --data street flat-lays@all --corruption 'too dark'"
        " --markdown"
    )


def test_a_page_with_too_many_caveats_is_refused() -> None:
    """Whoever reads a table reads three caveats, not four."""
    page = Page("Subject", [], "python -m x", format_table(["a"], [["1"]]), ["caveat"] * 4)
    with pytest.raises(ValueError, match="4 caveats"):
        page.text()
