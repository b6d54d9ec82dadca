"""What a person sees of a conversion, on a terminal and in a log."""

from __future__ import annotations

from itertools import count

import pytest

from convert import progress
from convert.progress import Progress, track
from tests.support.terminal import read_terminal


def test_a_log_gets_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where stderr is no terminal, lines with rate and time left appear, each of them whole."""
    monkeypatch.setattr(progress, "LOG_EVERY_S", 0)
    assert list(track("abc", 3, "calibrating, pictures")) == ["a", "b", "c"]
    written = capsys.readouterr().err
    assert "\r" not in written
    lines = written.splitlines()
    assert lines[1].startswith("calibrating, pictures: 1/3, ")
    assert lines[1].endswith(" left")
    assert lines[-1].startswith("calibrating, pictures: 3/3, ")


def test_quick_work_is_one_line_of_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that ends before the first line is due leaves its result alone."""
    list(track(range(4), 4, "measuring"))
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert written.startswith("measuring: 4/4, ")


def test_work_that_is_left_early_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Who stops taking items sees no line that says that all is done."""
    for _ in track(count(), 5, "endless"):
        break
    assert capsys.readouterr().err == ""


def test_work_of_unknown_length_shows_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """The Edge TPU compiler says nothing until it is done: seconds count against its limit."""
    with Progress("compiling", 600, timed=True) as shown:
        for _ in range(3):
            shown.step(0.5)
    assert capsys.readouterr().err == "compiling: 2 s of at most 600 s\n"


def test_a_terminal_gets_a_bar() -> None:
    """One line is redrawn in place and ended before the next sentence."""
    program = (
        "from convert.progress import say, track\n"
        "list(track('ab', 2, 'calibrating'))\n"
        "say('17 ops')\n"
    )
    written = read_terminal(program)
    assert "\rcalibrating: 100%|" in written
    assert written.endswith("\n17 ops\r\n")
