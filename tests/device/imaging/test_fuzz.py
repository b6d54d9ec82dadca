"""The large fuzz, `python -m tests.fuzz`, on a few files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import main


@pytest.mark.filterwarnings("ignore")  # Pillow's and multiprocessing's, of the worker.
def test_broken_files_of_six_formats_give_pictures_or_sentences(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing escapes, hangs or ends the process, with names and times of every kind."""
    options = ("--files", "300", "--seed", "11", "--keep", str(tmp_path / "faults"))
    assert main(options) == 0
    printed = capfd.readouterr().out
    assert "FAULT" not in printed
    for outcome in (".png read", ".tif read", ".webp read", ".bmp read", "cut and encoded"):
        assert outcome in printed
