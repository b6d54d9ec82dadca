"""A clock that may be wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from device.system.clock import MARK, Clock
from device.version import RELEASED_AT


@pytest.fixture(name="now")
def _now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock shows; the test turns it."""
    shown = [RELEASED_AT.timestamp() + 1e6]
    monkeypatch.setattr(time, "time", lambda: shown[0])
    return shown


def _read(clock: Clock) -> str:
    return clock.state


def test_a_clock_before_the_release_is_unsure(now: list[float], tmp_path: Path) -> None:
    """A Pi that starts in 1970, or where its last shutdown left it, is told to set its clock."""
    assert _read(Clock(tmp_path)) == "ok"
    now[0] = 0.0
    clock = Clock(tmp_path)
    assert _read(clock) == "unsure"
    assert "1970-01-01 00:00" in str(clock.find_trouble())
    now[0] = RELEASED_AT.timestamp() + 60
    assert _read(clock) == "ok"


def test_a_jump_backwards_is_noticed_until_it_is_made_up(now: list[float]) -> None:
    """Times repeat until the clock is where it was; a time server's small step is no jump."""
    clock = Clock()
    assert _read(clock) == "ok"
    now[0] -= 1
    assert _read(clock) == "ok"
    now[0] -= 3600
    assert _read(clock) == "unsure"
    now[0] += 3700
    assert _read(clock) == "ok"


def test_a_start_before_the_last_shot_is_unsure(now: list[float], tmp_path: Path) -> None:
    """What a rig has seen outlives it; while it is unsure, it does not forget that."""
    clock = Clock(tmp_path)
    clock.note()
    assert (tmp_path / MARK).stat().st_mtime == pytest.approx(now[0])
    now[0] -= 86400
    for _ in range(2):
        later = Clock(tmp_path)
        assert _read(later) == "unsure"
        assert str(tmp_path / MARK) in str(later.find_trouble())
        later.note()
    now[0] += 2 * 86400
    assert _read(Clock(tmp_path)) == "ok"


def test_a_mark_that_cannot_be_kept_is_no_reason_to_stop(now: list[float], tmp_path: Path) -> None:
    """A state folder that takes nothing is reported at the shot, not by the clock."""
    Clock(tmp_path / "gone").note()
    (tmp_path / MARK).mkdir()
    clock = Clock(tmp_path)
    clock.note()
    now[0] += 10
    assert _read(clock) == "ok"
    assert [path.name for path in tmp_path.iterdir()] == [MARK]
