"""Configuration files that were edited badly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from device.errors import UsageError
from device.settings.config import Config
from device.settings.loading import load_config
from device.settings.toml_text import describe

COUNT = 10_000
_PIECES = (
    *("true", "-1", "0", "1e400", "nan", "-inf", "9" * 400, "1979-05-27", "07:32:00", "[]", "{}"),
    *(
        "[[1], [2]]",
        "{a = 1}",
        '""',
        '"\\u0000"',
        '"a/b"',
        '"~nobody-here/x"',
        '"' + "x" * 3000 + '"',
    ),
    *("[still]", "[[still]]", "[output.still]", "= =", '"', "'", "\x00", "\r", "\ufeff", "#"),
    *("[" * 1500, "rig = 7", "still = 3", "camera.a.b = 1", "x" * 3000 + " = 1", "preview = []"),
)


def _mutated(chance: random.Random, lines: list[str]) -> bytes:
    """A file with one to five mistakes in it."""
    lines = list(lines)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        key, _, value = lines[at].partition(" = ")
        other = chance.choice(lines).partition(" = ")[2]
        kind = chance.randrange(8)
        if kind == 0:
            lines[at] = f"{key} = {chance.choice(_PIECES)}"
        elif kind == 1:
            lines[at] = f"{key} = {other or value}"
        elif kind == 2:
            lines.insert(at, chance.choice(lines))
        elif kind == 3:
            lines.insert(at, chance.choice(_PIECES))
        elif kind == 4 and len(lines) > 2:
            del lines[at]
        elif kind == 5 and key:
            cut = chance.randrange(len(key))
            lines[at] = f"{key[:cut]}{chance.choice('_-aeiou.')}{key[cut + 1 :]} = {value}"
        else:
            letters = bytearray("\n".join(lines).encode("utf-8", "surrogateescape"))
            letters[chance.randrange(len(letters))] = chance.randrange(256)
            lines = letters.decode("utf-8", "surrogateescape").split("\n")
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def test_ten_thousand_bad_files_are_read_or_refused_in_one_line(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a mutated file holds: a configuration, or one sentence short enough to read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    chance = random.Random(7)  # noqa: S311 - a repeatable fuzz, no secret
    whole = describe(load_config(None, {"camera": "0", "rig": "r", "shots": 3})).splitlines()
    example = (repository / "systemd" / "studio-1.example.toml").read_text("utf-8").splitlines()
    # The long one is the slowest to read.
    seeds: tuple[list[str], ...] = (
        [line for line in whole if line],
        example,
        ['camera = "0"', "[still]", "settle_s = 1"],
    )
    seeds += (*seeds[1:], *seeds[1:])
    file = tmp_path / "rig.toml"
    outcomes: dict[str, int] = {}
    for number in range(COUNT):
        file.unlink(missing_ok=True)  # To shorten a file makes some disks write it out at once.
        file.write_bytes(_mutated(chance, list(seeds[number % len(seeds)])))
        try:
            config = load_config(file, {})
        except UsageError as error:
            sentence = str(error)
            assert "\n" not in sentence
            assert len(sentence) < 700 + len(str(file))
            kind = next(
                (word for word in ("TOML", "did you mean", "must be") if word in sentence), ""
            )
            outcomes[kind] = outcomes.get(kind, 0) + 1
        else:
            assert isinstance(config, Config)
            outcomes["read"] = outcomes.get("read", 0) + 1
    assert sum(outcomes.values()) == COUNT
    # The mutations are of every kind: files that are still read, and each way to be refused.
    assert min(outcomes[kind] for kind in ("read", "TOML", "did you mean", "must be")) > 200
