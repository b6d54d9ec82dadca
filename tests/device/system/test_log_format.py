"""The daemon's log, as a machine reads it."""

from __future__ import annotations

import json
import logging
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from device.system.log_format import LogFormat, fields, journal_reads, line
from tests.support.programs import draw_photos

_PAIR = re.compile(r'([a-z0-9_]+)=("(?:[^"\\]|\\.)*"|[^\s"=\\]+)(?: |$)')


def parsed(text: str) -> dict[str, str]:
    """A line's pairs; fails where anything is not one."""
    found, at = {}, 0
    while at < len(text):
        match = _PAIR.match(text, at)
        assert match is not None, f"no pair at {at} of {text!r}"
        value = match.group(2)
        found[match.group(1)] = json.loads(value) if value.startswith('"') else value
        at = match.end()
    return found


def _run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "device.run", "--broker", "embedded:0", *arguments]
    return subprocess.run(
        command, stderr=subprocess.PIPE, check=False, timeout=60, env={**os.environ, **environment}
    )


def test_each_shot_is_one_line_that_a_machine_reads(tmp_path: Path) -> None:
    """Every line of a run parses; a shot's has its id, label, verdict, sizes and times."""
    camera = draw_photos(tmp_path / "p", 2)
    (tmp_path / "p" / "garment-002.png").rename(tmp_path / "p" / 'two "words"\n.png')
    done = _run("--camera", camera, "--state-dir", str(tmp_path / "s"), environment={})
    lines = [parsed(text) for text in done.stderr.decode().splitlines()]
    assert done.returncode == 0, done.stderr
    assert all({"time", "level", "msg"} <= told.keys() for told in lines)
    assert all(re.fullmatch(r"[-0-9]{10}T[:.0-9]{12}Z", told["time"]) for told in lines)
    (online,) = (told for told in lines if told["msg"] == "the rig is online")
    assert {"rig", "camera", "bundle", "backend", "broker", "version"} <= online.keys()
    shots = [told for told in lines if told["msg"] == "shot"]
    assert [shot["source"] for shot in shots] == ["garment-001.png", 'two "words"?.png']
    for shot in shots:
        assert shot["shot"].endswith(f"-{shots.index(shot) + 1:04d}")
        assert (shot["width_px"], shot["height_px"], shot["take"]) == ("640", "480", "1")
        assert shot["verdict"] in {"ok", "unsure", "retake"}
        assert int(shot["size_bytes"]) > 100
        assert float(shot["total_ms"]) >= float(shot["encode_ms"]) > 0


@pytest.mark.parametrize("mine", [True, False])
def test_journal_gets_priorities_and_other_readers_do_not(tmp_path: Path, *, mine: bool) -> None:
    """Lines begin with their priority only where stderr is the stream that systemd has named."""
    reading, writing = os.pipe()
    stat = os.fstat(writing)
    stream = f"{stat.st_dev}:{stat.st_ino}" if mine else f"{stat.st_dev}:{stat.st_ino + 1}"
    camera = draw_photos(tmp_path / "p", 1)
    command = [sys.executable, "-m", "device.run", "--broker", "embedded:0", "--rig", "r"]
    command += ["--camera", camera, "--state-dir"]
    environment = {**os.environ, "JOURNAL_STREAM": stream}
    for state in (tmp_path / "s", "/proc/nowhere"):
        subprocess.run(
            [*command, str(state)], stderr=writing, check=False, timeout=60, env=environment
        )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as journal:
        lines = journal.read().splitlines()
    assert len(lines) >= 4
    if mine:
        assert {text[:3] for text in lines} == {"<6>", "<3>"}
        told = [parsed(text[3:]) for text in lines]
        assert not any("time" in each for each in told)
        assert told[-1]["level"] == "error"
        assert "--state-dir" in told[-1]["msg"]
    else:
        assert not any(text.startswith("<") for text in lines)
        assert lines[-1].startswith("selvedge: the folder /proc/nowhere")


def test_whatever_is_logged_stays_one_line_and_comes_back() -> None:
    """Ten thousand messages of any letters are read back as they were."""
    chance = random.Random(9)  # noqa: S311 - a repeatable fuzz, no secret
    letters = [
        "a",
        "7",
        "\u202e",
        " ",
        '"',
        "\\",
        "=",
        "\n",
        "\r",
        "\t",
        "\0",
        "\x1b[2J",
        "ä",
        "\u2028",
        "n",
    ]
    for _ in range(10_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(0, 12)))
        written = line({"msg": text, "other": "x"})
        assert len(written.splitlines()) == 1
        assert written.isprintable()
        assert parsed(written) == {"msg": text, "other": "x"}


def test_fault_is_one_line_with_its_traceback() -> None:
    """An exception is told by its kind and words, with the traceback as one more value."""
    with pytest.raises(ValueError, match="no") as caught:
        raise ValueError("no\nway")
    what = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "it %s", ("broke",), what)
    record.__dict__.update(fields(rig="r", nothing=None, **{"a b=c": 1}, share=0.25, well=True))
    told = parsed(LogFormat(journal=True).format(record).removeprefix("<3>"))
    assert told["msg"] == "it broke"
    assert told["error"] == "ValueError: no\nway"
    assert "Traceback" in told["traceback"]
    assert (told["rig"], told["share"], told["well"]) == ("r", "0.2", "true")
    assert (told["a_b_c"], "nothing" in told) == ("1", False)


def test_no_journal_where_nothing_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service without stderr, and a shell, write for nobody's journal."""
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    assert not journal_reads(987)
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not journal_reads(2)
