"""A refusal is reported for as long as its cause lasts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from device.daemon.refusal import Refusal
from device.shots.spool import Spool, SpoolError
from tests.support.spooled_shots import add_shot, make_shot_id


@pytest.fixture(name="refusal")
def _refusal(monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """One that looks each time it is asked."""
    monkeypatch.setattr("device.daemon.refusal._LOOK_EVERY_S", 0.0)
    return Refusal()


def test_a_full_spool_is_reported_until_there_is_room(tmp_path: Path, refusal: Refusal) -> None:
    """No next shot is needed to find out; what was refused stays counted until one is taken."""
    spool = Spool(tmp_path, max_bytes=10)
    with pytest.raises(SpoolError) as full:
        add_shot(spool, make_shot_id(1))
    refusal.note(str(full.value), spool.has_room)
    refusal.owe(asked_for=False)
    assert refusal.trouble == str(full.value)
    spool._max_bytes = 10**9
    assert refusal.trouble is None
    assert (refusal.sentence, refusal.count) == (str(full.value), 1)
    assert list((tmp_path / "spool").iterdir()) == []
    refusal.clear(asked_for=False)
    assert (refusal.sentence, refusal.count) == (None, 0)


def test_a_disk_that_takes_nothing_has_no_room(tmp_path: Path, refusal: Refusal) -> None:
    """Room is found out by writing, as a disk that is gone may have had much of it."""
    spool = Spool(tmp_path, max_bytes=10**9)
    shutil.rmtree(tmp_path / "spool")
    with pytest.raises(SpoolError) as gone:
        add_shot(spool, make_shot_id(1))
    refusal.note(str(gone.value), spool.has_room)
    assert refusal.trouble is not None
    (tmp_path / "spool").mkdir()
    assert refusal.trouble is None


def test_a_request_that_was_refused_stays_counted(refusal: Refusal) -> None:
    """A shot that somebody asked for is made good by no other."""
    refusal.note("no camera", lambda: False)
    refusal.owe(asked_for=True)
    refusal.owe(asked_for=False)
    assert refusal.count == 2
    refusal.clear(asked_for=False)
    assert refusal.count == 1
