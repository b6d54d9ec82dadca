"""Shots on disk, whatever happens to the disk and to the process."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from device.contract.content_type import PNG_SIGNATURE
from device.errors import UsageError
from device.shots import shot_folder
from device.shots.ledger import Ledger
from device.shots.spool import Spool, SpoolError
from device.shots.spooled_shot import TornShotError, UnreadableShotError
from device.system.durable_file import sync_folder
from device.system.folder_lock import FolderLock
from tests.support.spooled_shots import PICTURE, add_shot, make_shot_id

MEGABYTE = 1_000_000


def test_shot_survives_a_restart_whole(tmp_path: Path) -> None:
    """What was added comes back byte for byte from another process's spool."""
    announcement = add_shot(Spool(tmp_path, MEGABYTE), make_shot_id(1), PNG_SIGNATURE + b"a")
    spool = Spool(tmp_path, MEGABYTE)
    assert spool.waiting() == (make_shot_id(1),)
    shot = spool.load(make_shot_id(1))
    assert (shot.picture, shot.announcement) == (PNG_SIGNATURE + b"a", announcement)
    assert (shot.rig, shot.request_id) == ("rig", None)


def test_order_is_that_of_the_numbers_also_when_the_clock_jumped(tmp_path: Path) -> None:
    """Shots leave in the order in which they were taken, though a clock was set back between."""
    spool = Spool(tmp_path, MEGABYTE)
    for serial, second in ((9, 50), (10, 20), (11, 30)):
        add_shot(spool, make_shot_id(serial, second))
    assert Spool(tmp_path, MEGABYTE).waiting() == (
        make_shot_id(9, 50),
        make_shot_id(10, 20),
        make_shot_id(11, 30),
    )


def test_delivered_shot_is_gone(tmp_path: Path) -> None:
    """A shot that was removed does not come back, and leaves nothing on disk."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    spool.remove(make_shot_id(1))
    assert (spool.depth, spool.size_bytes, spool.oldest()) == (0, 0, None)
    assert list((tmp_path / "spool").iterdir()) == []


def test_shot_is_not_offered_before_it_is_released(tmp_path: Path) -> None:
    """Between add and release the shot is durable, counted, and not delivered."""
    spool = Spool(tmp_path, MEGABYTE)
    spool.add(make_shot_id(1), b"png", b"{}")
    assert (spool.depth, spool.oldest()) == (1, None)
    spool.release(make_shot_id(1))
    assert spool.oldest() == make_shot_id(1)


def test_full_spool_refuses_the_new_and_keeps_the_old(tmp_path: Path) -> None:
    """Over its limit the spool refuses with a sentence; nothing that waits is touched."""
    spool = Spool(tmp_path, 1000)
    add_shot(spool, make_shot_id(1), b"x" * 500)
    with pytest.raises(SpoolError, match="full"):
        add_shot(spool, make_shot_id(2), b"x" * 500)
    assert Spool(tmp_path, 1000).waiting() == (make_shot_id(1),)


def test_write_that_fails_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk fails while a shot is written, no part of the shot remains."""
    spool = Spool(tmp_path, MEGABYTE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SpoolError, match="No space left"):
        add_shot(spool, make_shot_id(1))
    assert list((tmp_path / "spool").iterdir()) == []
    assert spool.depth == 0


@pytest.mark.parametrize("damage", ["truncated", "empty", "other", "no json", "missing"])
def test_torn_shot_is_put_aside(tmp_path: Path, damage: str) -> None:
    """A shot damaged on disk is noticed, put aside for a person, and blocks nothing."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    folder = tmp_path / "spool" / make_shot_id(1)
    if damage == "truncated":
        os.truncate(folder / "picture.png", 3)
    elif damage == "empty":
        os.truncate(folder / "shot.json", 0)
    elif damage == "other":
        (folder / "shot.json").write_text('{"id": "x", "rig": "r", "sha256": "y"}', "utf-8")
    elif damage == "no json":
        (folder / "shot.json").write_bytes(b"\x00\xff")
    else:
        (folder / "picture.png").unlink()
    spool = Spool(tmp_path, MEGABYTE)
    with pytest.raises(TornShotError):
        spool.load(make_shot_id(1))
    spool.quarantine(make_shot_id(1), "test")
    assert spool.oldest() is None
    assert (tmp_path / "torn" / make_shot_id(1)).is_dir()


def test_one_failed_read_is_no_torn_shot(tmp_path: Path) -> None:
    """Without a free file handle a whole shot cannot be read; a moment later it can."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path(os.devnull).open("rb") as newest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (newest.fileno(), limits[1]))
        try:
            with pytest.raises(UnreadableShotError, match="Too many open files"):
                spool.load(make_shot_id(1))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert spool.load(make_shot_id(1)).picture == PICTURE


def test_disk_that_is_away_tears_no_shot(tmp_path: Path) -> None:
    """A shot whose whole disk is gone is not torn: it is there when the disk is."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    (tmp_path / "spool").rename(tmp_path / "away")
    with pytest.raises(UnreadableShotError):
        spool.load(make_shot_id(1))
    (tmp_path / "away").rename(tmp_path / "spool")
    assert spool.load(make_shot_id(1)).id == make_shot_id(1)


def test_failed_sync_after_the_rename_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shot that was refused at the last step is on no disk: it would be sent beside the next."""
    spool = Spool(tmp_path, MEGABYTE)
    sync = sync_folder

    def fail(folder: Path) -> None:
        if folder.name == "spool":
            raise OSError(5, "Input/output error")
        sync(folder)

    monkeypatch.setattr(shot_folder, "sync_folder", fail)
    with pytest.raises(SpoolError, match="Input/output error"):
        add_shot(spool, make_shot_id(1))
    assert list((tmp_path / "spool").iterdir()) == []
    assert Spool(tmp_path, MEGABYTE).depth == spool.depth == 0


def test_answer_that_the_disk_refused_is_known_and_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused write is tried again: this run knows the answer at once, the next one too."""
    ledger = Ledger(tmp_path, 0)

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as disk:
        disk.setattr("device.shots.ledger.write_durably", refuse)
        with pytest.raises(SpoolError, match="Read-only"):
            ledger.remember("a1", {"code": "taken"})
    assert ledger.answer("a1") == {"code": "taken"}
    ledger.flush()
    assert Ledger(tmp_path, 0).answer("a1") == {"code": "taken"}


def test_leftovers_of_a_crash_are_cleared_up(tmp_path: Path) -> None:
    """Half-written and half-deleted shots of a crash are no shots after the next start."""
    (tmp_path / "spool" / f".part-{make_shot_id(1)}").mkdir(parents=True)
    (tmp_path / "spool" / f".gone-{make_shot_id(2)}").mkdir()
    (tmp_path / "spool" / ".gone-probe").write_bytes(bytes(4096))
    (tmp_path / "spool" / "stranger.txt").write_text("?", "utf-8")
    assert Spool(tmp_path, MEGABYTE).depth == 0
    assert list((tmp_path / "spool").iterdir()) == []
    assert sorted(path.name for path in (tmp_path / "torn").iterdir()) == [
        f"part-{make_shot_id(1)}",
        "stranger.txt",
    ]


def test_kill_at_any_moment_leaves_whole_shots(tmp_path: Path) -> None:
    """A process killed while it fills the spool leaves every shot that it reported, whole."""
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from tests.support.spooled_shots import add_shot, make_shot_id\n"
        "from device.shots.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]), 10**9)\n"
        "for serial in range(1, 10**6):\n"
        "    add_shot(spool, make_shot_id(serial), b'x' * 20000)\n"
        "    print(serial, flush=True)\n"
    )
    for round_number in range(3):
        folder = tmp_path / str(round_number)
        with subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.05 + 0.037 * round_number)
            process.send_signal(signal.SIGKILL)
            reported = 1 + len(process.stdout.readlines())
        spool = Spool(folder, 10**9)
        for shot_id in spool.waiting():
            spool.load(shot_id)
        assert reported <= spool.depth <= reported + 1


def test_numbers_and_answers_outlive_the_process(tmp_path: Path) -> None:
    """Serial numbers are never given twice, takes are counted, and answers remembered."""
    ledger = Ledger(tmp_path, newest_serial=0)
    assert ledger.number(sku="A1", view="front", stem=None) == (1, 1)
    assert ledger.number(sku="A1", view="back", stem=None) == (2, 1)
    ledger.remember("req-1", {"code": "taken"})
    ledger = Ledger(tmp_path, newest_serial=0)
    assert ledger.number(sku="A1", view="front", stem=None) == (3, 2)
    assert ledger.number(sku=None, view=None, stem="IMG_1") == (4, 1)
    assert ledger.number(sku=None, view=None, stem="IMG_1") == (5, 2)
    assert ledger.answer("req-1") == {"code": "taken"}
    assert ledger.answer("req-2") is None


def test_torn_ledger_goes_on_above_what_waits(tmp_path: Path) -> None:
    """A ledger that a power cut emptied is put aside; numbering goes on above the spool's."""
    (tmp_path / "ledger.json").write_bytes(b"")
    assert Ledger(tmp_path, newest_serial=41).number(sku=None, view=None, stem=None) == (42, 1)
    assert (tmp_path / "ledger.torn").exists()


def test_folder_belongs_to_one_process(tmp_path: Path) -> None:
    """A second daemon on the same folder is refused; once the first is gone it may."""
    first = FolderLock(tmp_path / "state", "--state-dir")
    with pytest.raises(UsageError, match="in use by another process"):
        FolderLock(tmp_path / "state", "--state-dir")
    first.release()
    FolderLock(tmp_path / "state", "--state-dir").release()
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UsageError, match="is a file: give --state-dir a folder"):
        FolderLock(tmp_path / "file", "--state-dir")


def test_shot_that_waits_too_long_stops_new_ones_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over its age the spool refuses new shots with a sentence; delivery makes room again."""
    day_s = 86400.0
    add_shot(Spool(tmp_path, MEGABYTE), make_shot_id(1))
    start_s = time.time()
    monkeypatch.setattr(time, "time", lambda: start_s + 3 * day_s)
    spool = Spool(tmp_path, MEGABYTE, max_age_s=2 * day_s)
    with pytest.raises(SpoolError, match=r"3\.0 days"):
        add_shot(spool, make_shot_id(2))
    assert spool.waiting() == (make_shot_id(1),)
    spool.remove(make_shot_id(1))
    add_shot(spool, make_shot_id(2))
    # A clock that was set back makes no shot old.
    monkeypatch.setattr(time, "time", lambda: start_s - 900 * day_s)
    add_shot(spool, make_shot_id(3))
    assert spool.waiting() == (make_shot_id(2), make_shot_id(3))


def test_shot_held_back_lets_others_go_and_returns_to_its_place(tmp_path: Path) -> None:
    """A held shot is not offered; let go again it stands where its number puts it."""
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2, 3):
        add_shot(spool, make_shot_id(serial))
    spool.hold(make_shot_id(1))
    assert spool.oldest() == make_shot_id(2)
    spool.unhold(make_shot_id(1))
    assert spool.waiting() == (make_shot_id(1), make_shot_id(2), make_shot_id(3))
    assert spool.depth == 3
