"""What an Edge TPU would run of a network that nobody has trained yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convert.__main__ import main


def test_architecture_is_checked_before_training(capsys: pytest.CaptureFixture[str]) -> None:
    """One command builds the network, converts it with made-up data, and places every op."""
    small = ["--input-height-px", "64", "--input-width-px", "96", "--width-multiplier", "0.35"]
    assert main(["check", "--architecture", *small, "--json", "--require-tpu"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {item["placement"] for item in listed} == {"tpu"}
    assert "4×6 to 8×12" in next(i["rule"] for i in listed if i["op"] == "RESIZE_BILINEAR")


def test_a_run_is_checked_as_it_is(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A RUN folder's own network is looked at, whatever its weights."""
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
def test_impossible_network_is_told_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A size that the network cannot have, or a file that is none: exit code 2."""
    assert main(["check", *arguments]) == 2
    assert sentence in capsys.readouterr().err
