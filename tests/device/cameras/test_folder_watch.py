"""How often a folder is looked at, and how much of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.cameras import folder_watch
from device.cameras.folder_watch import FolderWatch

_LISTING_S = 0.1


class _Clock:
    """Time that passes where work is done, and is counted there."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.listings = 0
        self.stats = 0

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        return self.now_s

    def time_ns(self) -> int:
        """As `time.time_ns`: the files' own clock."""
        return time.time_ns()

    def scandir(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """As `os.scandir`, of a slow disk."""
        self.now_s += _LISTING_S
        self.listings += 1
        return os.scandir(folder)


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(folder_watch, "time", clock)
    monkeypatch.setattr(folder_watch, "scandir", clock.scandir)
    return clock


def test_many_photos_at_rest_are_hardly_ever_listed(tmp_path: Path, clock: _Clock) -> None:
    """A listing that takes long is followed by a pause in which it is not half a percent."""
    (tmp_path / "a.jpg").write_bytes(b"a")
    os.utime(tmp_path, (1000, 1000))
    watch = FolderWatch(tmp_path, lambda _: True)
    started_s = clock.now_s
    while clock.now_s < started_s + 600:
        watch.look()
        clock.now_s += 0.25
    assert 0 < clock.listings * _LISTING_S < 0.01 * 600


def test_new_photo_is_found_at_once_where_the_folder_says_so(tmp_path: Path, clock: _Clock) -> None:
    """A folder whose own time has moved is listed, however long the pause would have been."""
    watch = FolderWatch(tmp_path, lambda _: True)
    watch.look()
    os.utime(tmp_path, (1000, 1000))
    watch.look()
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "notes.txt").write_bytes(b"a")
    assert watch.look().keys() == {"a.jpg"}
    (tmp_path / "a.jpg").unlink()
    assert watch.look() == {"a.jpg": None}
    assert clock.listings > 0


def test_share_that_never_moves_its_time_is_listed_all_the_same(
    tmp_path: Path, clock: _Clock
) -> None:
    """A new photo is found within the pause where the folder keeps its time."""
    watch = FolderWatch(tmp_path, lambda _: False)
    os.utime(tmp_path, (1000, 1000))
    watch.look()
    clock.now_s += 60
    watch.look()
    (tmp_path / "a.jpg").write_bytes(b"a")
    os.utime(tmp_path, (1000, 1000))
    clock.now_s += 60
    assert watch.look().keys() == {"a.jpg"}


def test_each_known_photo_is_looked_at_in_its_turn(tmp_path: Path, clock: _Clock) -> None:
    """A photo that is written anew in its place is found though nothing else moves."""
    for number in range(100):
        (tmp_path / f"{number}.jpg").write_bytes(b"a")
    watch = FolderWatch(tmp_path, lambda _: True)
    seen: set[str] = set()
    # Each look at a file takes as long as all that there is time for: a slow share.
    real_check = watch.check

    def check(name: str) -> tuple[int, int] | None:
        clock.now_s += 0.01
        return real_check(name)

    watch.check = check  # type: ignore[method-assign]
    for _ in range(60):
        found = watch.look()
        assert len(found) <= 8
        seen |= found.keys()
    assert len(seen) == 100
