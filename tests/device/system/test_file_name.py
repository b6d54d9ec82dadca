"""Names of results."""

from __future__ import annotations

import os
from pathlib import Path

from device.system.durable_file import write_durably
from device.system.file_name import fit_name


def test_a_name_that_fits_is_kept() -> None:
    """Whatever bytes it has, a name is only shortened where it must be."""
    for stem in ("dress", "Größe 4711", os.fsdecode(b"dr\xe9ss"), "x" * 251):
        assert fit_name(stem, ".png") == stem + ".png"


def test_long_names_stay_valid_and_apart(tmp_path: Path) -> None:
    """Results of the longest names can be written, and no two of them are one file."""
    stems = [start * 50 + end for start in ("abcde", "äöü" * 2, "衣") for end in ("-1", "-2")]
    stems += [os.fsdecode(b"\xe9" * 250 + end) for end in (b"1", b"2")]
    names = {fit_name(stem, ending) for stem in stems for ending in (".webp", "-alpha.png")}
    assert len(names) == 2 * len(stems)
    for name in names:
        write_durably(tmp_path / name, b"x")
    assert {os.fsencode(path.name) for path in tmp_path.iterdir()} == set(map(os.fsencode, names))
