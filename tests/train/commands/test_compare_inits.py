"""``python -m train compare-inits``: what initial weights bought."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from train.__main__ import main

FIT = ["--data", "street", "--epochs", "2"]


def _finished(out: Path, name: str, weights: str, ious: tuple[float, ...]) -> None:
    """Write what a run that was trained to its end leaves behind."""
    run = out / name
    run.mkdir(parents=True)
    command = f"python -m train fit {run} --init {weights} {' '.join(FIT)}"
    (run / "plan.json").write_text(json.dumps({"command": command}))
    (run / "metrics.json").write_text("{}")
    rows = [f"{epoch},0.5,{iou}" for epoch, iou in enumerate(ious, 1)]
    (run / "history.csv").write_text("\n".join(["epoch,loss,garment_iou", *rows]) + "\n")


def test_curves_of_finished_runs_are_drawn_and_nothing_is_redone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All curves become one table and one chart; finished runs stay, others are not mixed in."""
    out, start = tmp_path / "out", tmp_path / "start.tflite"
    start.write_bytes(b"")
    _finished(out, "pascal", str(start), (0.4, 0.6))
    _finished(out, "none", "none", (0.1, 0.2))
    command = ["compare-inits", str(out), "--init", f"pascal={start}", "--init", "none", "--"]
    assert main([*command, *FIT]) == 0
    assert (out / "curves.csv").read_text().splitlines() == [
        *("start,epoch,garment_iou", "pascal,1,0.4", "pascal,2,0.6", "none,1,0.1", "none,2,0.2")
    ]
    assert ">pascal<" in (out / "curves.svg").read_text()
    assert capsys.readouterr().err.count("is finished") == 2
    assert main([*command, *FIT, "--seed", "2"]) == 2
    assert "was trained by another command" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--init", "none"], "needs two starts"),
        (["--init", "none", "--init", "nowhere.tflite"], "do not exist"),
        (["--init", "none", "--init", "none"], "a name of its own"),
        (["--init", "none", "--init", "b=none", "--", "--resume"], "not for fit here"),
        (["--init", "none", "--init", ""], "--init names nothing"),
        (["--init", "none", "--init", "b="], "--init names nothing"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """A comparison that makes no sense gets one sentence before anything is trained."""
    assert main(["compare-inits", str(tmp_path / "out"), *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["{", "[]", "{}", "null"])
def test_a_damaged_run_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """A run whose plan.json is damaged gets one sentence, exit code 2."""
    _finished(tmp_path, "none", "none", (0.1,))
    (tmp_path / "none" / "plan.json").write_text(content)
    command = ["compare-inits", str(tmp_path), "--init", "none", "--init", "b=none", "--"]
    assert main([*command, *FIT]) == 2
    assert "plan.json is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--ini", "none"], ["--resum"]])
def test_shortened_options_do_not_slip_through(
    tmp_path: Path, drawn_dataset: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    """Options of fit are known by their whole names only: none passes by the comparison."""
    command = ["compare-inits", str(tmp_path / "out"), "--init", "none", "--init", "b=none", "--"]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--data", str(drawn_dataset), *option])
    assert ended.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err
