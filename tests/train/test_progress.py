"""What a person sees of long work, on a terminal and in a log."""

from __future__ import annotations

import pytest

from tests.support.terminal import read_terminal
from train import progress
from train.progress import Progress


def test_a_log_gets_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where stderr is no terminal, lines with rate and time left appear, each of them whole."""
    monkeypatch.setattr(progress, "LOG_EVERY_S", 0)
    with Progress("epoch 1/2", 6, unit="images") as shown:
        shown.step(2, "loss 0.5")
        shown.step(4, "loss 0.25")
        shown.close("loss 0.3")
    written = capsys.readouterr().err
    assert "\r" not in written
    lines = written.splitlines()
    assert lines[1].startswith("epoch 1/2: 2/6 images, ")
    assert lines[1].endswith(" left, loss 0.5")
    assert "images/s" in lines[1]
    assert lines[-1].startswith("epoch 1/2: 6/6 images")
    assert lines[-1].endswith("left, loss 0.3")
    assert "" not in lines


def test_quick_work_is_one_line_of_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that ends before the first line is due leaves its result, and silent work nothing."""
    with Progress("check", 3) as shown:
        shown.step(3)
    with Progress("silent", 3, shown=False) as silent:
        silent.step(3)
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert written.startswith("check: 3/3, ")


def test_work_that_breaks_off_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """After an error no final line says how well it went."""
    with pytest.raises(ZeroDivisionError), Progress("check", 3) as shown:
        shown.step(1 // 0)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar() -> None:
    """One line is redrawn in place, and an error that ends the work starts on a line of its own."""
    program = (
        "import sys\n"
        "from train.progress import Progress\n"
        "try:\n"
        "    with Progress('draw', 2) as shown:\n"
        "        shown.step()\n"
        "        raise KeyboardInterrupt\n"
        "except KeyboardInterrupt:\n"
        "    sys.stderr.write('stopped')\n"
    )
    written = read_terminal(program)
    assert "\rdraw:  50%|" in written
    assert written.endswith("\nstopped")
    assert written.count("\n") == 1
