"""Prediction for a network that is not trained yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convert.__main__ import main


def test_check_converts_an_untrained_architecture(capsys: pytest.CaptureFixture[str]) -> None:
    """One command builds the network, converts it with noise and places every op."""
    small = ["--input-height-px", "64", "--input-width-px", "96", "--width-multiplier", "0.35"]
    assert main(["check", "--architecture", *small, "--json", "--require-tpu"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {item["placement"] for item in listed} == {"tpu"}
    assert "4×6 to 8×12" in next(i["rule"] for i in listed if i["op"] == "RESIZE_BILINEAR")


def test_check_converts_the_network_of_a_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The network of a RUN folder is checked, whatever its weights."""
    assert main(["check", "--architecture", str(run)]) == 0
    assert "predicted: of 9 ops 9 on the Edge TPU" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--architecture", "--input-height-px", "100"], "input height 100 does not fit"),
        (["--architecture", "gone.keras"], "no network at gone.keras"),
        (["--architecture", "pyproject.toml"], "cannot be loaded as a Keras model"),
    ],
)
def test_check_reports_an_impossible_network_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An impossible size, or a file that is no network, gives one sentence and exit code 2."""
    assert main(["check", *arguments]) == 2
    assert sentence in capsys.readouterr().err
