"""Delivered shots that are kept for a while: bounded, durable, and never twice."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import time
from pathlib import Path

import pytest

from device.contract.content_type import PNG_SIGNATURE
from device.shots import shot_folder
from device.shots.ledger import Ledger
from device.shots.spool import Spool, SpoolError
from device.system.durable_file import write_synced
from device.version import RELEASED_AT
from tests.support.killed_program import kill_at_each_operation
from tests.support.spooled_shots import add_shot, make_shot_id

MEGABYTE = 1_000_000
IDS = [make_shot_id(serial) for serial in range(1, 6)]


def _open(folder: Path, archive_bytes: int = MEGABYTE, age_s: float = float("inf")) -> Spool:
    return Spool(folder, MEGABYTE, archive_bytes=archive_bytes, archive_age_s=age_s)


def _deliver(spool: Spool, *shot_ids: str, size_bytes: int = 1000) -> None:
    for shot_id in shot_ids:
        add_shot(spool, shot_id, PNG_SIGNATURE + bytes(size_bytes - len(PNG_SIGNATURE)))
        spool.remove(shot_id)


def test_delivered_shot_is_moved_and_can_be_read_again(tmp_path: Path) -> None:
    """It leaves the spool for the archive by a rename: the very files, and no second copy."""
    spool = _open(tmp_path)
    announcement = add_shot(spool, IDS[0])
    inode = (tmp_path / "spool" / IDS[0] / "picture.png").stat().st_ino
    spool.remove(IDS[0])
    assert list((tmp_path / "spool").iterdir()) == []
    (folder,) = (tmp_path / "archive").iterdir()
    assert (folder / "picture.png").stat().st_ino == inode
    assert spool.archive.load(IDS[0]).announcement == announcement
    assert (spool.depth, spool.size_bytes) == (0, 0)
    later = _open(tmp_path)
    assert later.archive.shot_ids == (IDS[0],)
    assert later.archive.size_bytes == spool.archive.size_bytes > 0
    assert later.newest_serial == 1


def test_oldest_give_way_to_newer_ones(tmp_path: Path) -> None:
    """Above its size the archive deletes the oldest, also after a restart with a smaller size."""
    spool = _open(tmp_path, 4000)
    _deliver(spool, *IDS)
    assert spool.archive.shot_ids == tuple(IDS[2:])
    assert spool.archive.size_bytes <= 4000
    spool = _open(tmp_path, 2500)
    spool.tidy()
    assert spool.archive.shot_ids == tuple(IDS[3:])
    spool = _open(tmp_path, 0)
    spool.tidy()
    assert list((tmp_path / "archive").iterdir()) == []


def test_old_shots_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shot that was taken longer ago than max_days is deleted, and newer ones stay."""
    spool = _open(tmp_path, age_s=3600)
    _deliver(spool, *IDS[:2])
    _set_ages(tmp_path, monkeypatch, 7200, 60)
    spool.tidy()
    assert spool.archive.shot_ids == (IDS[1],)


def test_clock_that_is_set_deletes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shot with the time of a clock that was not set yet stays as long as those after it."""
    spool = _open(tmp_path, age_s=3600)
    _deliver(spool, *IDS[:2])
    six_years_s = 6 * 365 * 86400
    _set_ages(tmp_path, monkeypatch, six_years_s)
    spool.tidy()
    assert spool.archive.shot_ids == (IDS[0], IDS[1])
    _set_ages(tmp_path, monkeypatch, six_years_s, 60)
    spool.tidy()
    assert spool.archive.shot_ids == (IDS[0], IDS[1])
    _set_ages(tmp_path, monkeypatch, six_years_s, 7200)
    spool.tidy()
    assert not spool.archive.shot_ids


def _set_ages(state: Path, monkeypatch: pytest.MonkeyPatch, *ages_s: float) -> None:
    """Say for how long archived shots have been there, the oldest first, by a clock that is set."""
    now_s = RELEASED_AT.timestamp() + 86400
    monkeypatch.setattr(time, "time", lambda: now_s)
    for shot_id, age_s in itertools.zip_longest(IDS, ages_s, fillvalue=ages_s[-1]):
        for path in (state / "archive").glob(f"{shot_id}*"):
            os.utime(path, (now_s - age_s, now_s - age_s))


def test_archive_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    """After somebody deleted the whole folder the next delivered shot is kept as before."""
    spool = _open(tmp_path)
    _deliver(spool, *IDS[:2])
    shutil.rmtree(tmp_path / "archive")
    _deliver(spool, IDS[2])
    assert spool.archive.shot_ids == (IDS[2],)
    assert spool.archive.load(IDS[2]).id == IDS[2]
    assert spool.archive.size_bytes == _open(tmp_path).archive.size_bytes
    assert spool.troubles == ()


def test_archive_that_takes_no_shot_is_told(tmp_path: Path) -> None:
    """Where delivered shots cannot be kept the status says so, until one can."""
    spool = _open(tmp_path)
    (tmp_path / "archive").rmdir()
    (tmp_path / "archive").write_bytes(b"")
    _deliver(spool, IDS[0])
    assert not spool.archive.shot_ids
    (trouble,) = spool.troubles
    assert "cannot be sent again" in trouble
    assert str(tmp_path / "archive") in trouble
    (tmp_path / "archive").unlink()
    _deliver(spool, IDS[1])
    assert spool.archive.shot_ids == (IDS[1],)
    assert spool.troubles == ()


def test_archive_whose_oldest_resists_does_not_grow(tmp_path: Path) -> None:
    """Above its size a delivered shot is deleted where none gives way to it, and that is told."""
    spool = _open(tmp_path, 3000)
    _deliver(spool, *IDS[:2])
    # A folder under the name that deleting needs is in the way.
    (oldest,) = (tmp_path / "archive").glob(f"{IDS[0]}*")
    obstacle = oldest.with_name(f".gone-{oldest.name}")
    (obstacle / "inside").mkdir(parents=True)
    _deliver(spool, IDS[2])
    assert spool.archive.shot_ids == (IDS[0], IDS[1])
    assert "cannot be deleted" in spool.troubles[0]
    shutil.rmtree(obstacle)
    _deliver(spool, IDS[3])
    assert spool.archive.shot_ids == (IDS[1], IDS[3])
    assert spool.troubles == ()


def test_shot_that_resists_keeps_no_other_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of delivered shots that could not be deleted each is tried again, and the archive too."""
    spool = _open(tmp_path, 1500, age_s=3600)
    _deliver(spool, IDS[0])
    for shot_id in IDS[1:3]:
        add_shot(spool, shot_id, PNG_SIGNATURE + bytes(2000))
        (tmp_path / "spool" / f".gone-{shot_id}" / "inside").mkdir(parents=True)
        spool.remove(shot_id)
    shutil.rmtree(tmp_path / "spool" / f".gone-{IDS[2]}")
    _set_ages(tmp_path, monkeypatch, 7200)
    spool.tidy()
    assert sorted(path.name for path in (tmp_path / "spool").iterdir()) == [
        f".gone-{IDS[1]}",
        IDS[1],
    ]
    assert "1 delivered shots" in spool.troubles[0]
    assert not spool.archive.shot_ids


@pytest.mark.parametrize(("archive_bytes", "age_s"), [(0, 1e9), (MEGABYTE, 0.0)])
def test_archive_that_is_off_keeps_nothing(
    tmp_path: Path, archive_bytes: int, age_s: float
) -> None:
    """With a limit of 0 a delivered shot is deleted, and there is no folder for others."""
    spool = _open(tmp_path, archive_bytes, age_s)
    _deliver(spool, IDS[0])
    assert not (tmp_path / "archive").exists()
    assert list((tmp_path / "spool").iterdir()) == []


def test_start_opens_no_shot_of_the_archive(tmp_path: Path) -> None:
    """Ten thousand shots are listed by their names alone: none of these folders can be opened."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for serial in range(1, 10_001):
        (folder / f"{make_shot_id(serial)}+633242").symlink_to("nowhere")
    spool = _open(tmp_path, 10**12)
    assert len(spool.archive.shot_ids) == 10_000
    assert spool.archive.size_bytes == 10_000 * 633_242


def test_full_disk_takes_new_shots_from_the_archives_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk has no room the oldest delivered shots go, and the new shot is taken."""
    spool = _open(tmp_path)
    _deliver(spool, *IDS[:3])
    write = write_synced

    def write_if_room(path: Path, data: bytes, *, mode: int = 0o666) -> None:
        if len(list((tmp_path / "archive").iterdir())) > 1:
            path.write_bytes(data[:3])
            _refuse(path, data)
        write(path, data, mode=mode)

    monkeypatch.setattr(shot_folder, "write_synced", write_if_room)
    monkeypatch.setattr("device.system.durable_file.write_synced", write_if_room)
    Ledger(tmp_path, 0, spool.archive.give_way).number(sku=None, view=None, stem=None)
    add_shot(spool, IDS[3])
    assert spool.archive.shot_ids == (IDS[2],)
    assert spool.load(IDS[3]).id == IDS[3]
    assert [path.name for path in (tmp_path / "spool").iterdir()] == [IDS[3]]
    monkeypatch.setattr(shot_folder, "write_synced", _refuse)
    with pytest.raises(SpoolError, match="No space left"):
        add_shot(spool, IDS[4])
    assert not spool.archive.shot_ids


def _refuse(_: Path, __: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_kill_before_each_operation_neither_loses_nor_doubles_a_shot(tmp_path: Path) -> None:
    """Killed while it delivers and evicts, a rig has each shot in the spool or in the archive."""
    program = """
from pathlib import Path
from device.shots.spool import Spool
from tests.support.spooled_shots import add_shot, make_shot_id
spool = Spool(Path(folder), 10**6, archive_bytes=400)
for serial in (1, 2, 3):
    add_shot(spool, make_shot_id(serial))
for serial in (1, 2, 3):
    spool.remove(make_shot_id(serial))
    spool.tidy()
"""
    for folder in kill_at_each_operation(program, tmp_path):
        spool = _open(folder, 400)
        waiting, archived = spool.waiting(), spool.archive.shot_ids
        # Each once; only the oldest that were delivered may be gone.
        serials = [int(shot_id[-4:]) for shot_id in (*archived, *waiting)]
        assert serials == list(range(min(serials, default=0), max(serials, default=-1) + 1))
        assert [spool.load(shot_id).id for shot_id in waiting] == [*waiting]
        assert [spool.archive.load(shot_id).id for shot_id in archived] == [*archived]
        assert not list(folder.glob("*/.gone-*"))
    assert (waiting, archived) == ((), tuple(IDS[1:3]))


def test_kill_before_each_operation_keeps_a_torn_shot_in_one_place(tmp_path: Path) -> None:
    """Killed while it puts a torn shot aside, a rig has it in the spool or in ``torn/``."""
    program = """
from pathlib import Path
from device.shots.spool import Spool
from tests.support.spooled_shots import add_shot, make_shot_id
spool = Spool(Path(folder), 10**6)
add_shot(spool, make_shot_id(1))
(Path(folder) / "spool" / make_shot_id(1) / "picture.png").write_bytes(b"")
spool.quarantine(make_shot_id(1), "a test")
"""
    for folder in kill_at_each_operation(program, tmp_path):
        spool = _open(folder)
        torn = [path.name for path in (folder / "torn").iterdir()]
        assert spool.torn.count == len(torn)
        assert len([*spool.waiting(), *torn]) <= 1
    assert torn == [IDS[0]]
    assert "1 torn shot lies in" in str(spool.troubles)
