"""When a photo was taken."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from PIL import Image

from device.contract.shot_id import format_time
from device.imaging.photo import read_photo
from tests.support.pictures import noise

TAKEN, FRACTION, OFFSET, DIGITISED = 0x9003, 0x9291, 0x9011, 0x9004
CHANGED_S = 1_700_000_000


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _captured(folder: Path, **tags: object) -> str:
    exif = Image.Exif()
    names = {"taken": TAKEN, "fraction": FRACTION, "offset": OFFSET, "digitised": DIGITISED}
    exif.get_ifd(0x8769).update({names[name]: value for name, value in tags.items()})
    path = folder / "a.jpg"
    Image.fromarray(noise(8, 8)).save(path, exif=exif)
    os.utime(path, (CHANGED_S, CHANGED_S))
    return format_time(read_photo(path).captured_at)


FILE_TIME = format_time(datetime.fromtimestamp(CHANGED_S, timezone.utc))


@pytest.mark.parametrize(
    ("tags", "captured"),
    [
        ({"taken": "2026:07:01 12:00:00"}, "2026-07-01T10:00:00.000Z"),
        ({"taken": "2026:07:01 12:00:00", "fraction": "25"}, "2026-07-01T10:00:00.250Z"),
        ({"taken": "2026:07:01 12:00:00", "offset": "-05:30"}, "2026-07-01T17:30:00.000Z"),
        ({"digitised": "2026:01:01 00:00:00"}, "2025-12-31T23:00:00.000Z"),
        ({"taken": "2026:07:01 12:00:00", "offset": "soon"}, "2026-07-01T10:00:00.000Z"),
        ({}, FILE_TIME),
        ({"taken": "0000:00:00 00:00:00"}, FILE_TIME),
        ({"taken": "2026:02:30 12:00:00"}, FILE_TIME),
        ({"taken": "1899:12:31 23:59:59"}, FILE_TIME),
        ({"taken": "9999:12:31 23:59:59"}, FILE_TIME),
        ({"taken": "20000:01:01 00:00:00"}, FILE_TIME),
        ({"taken": "-5000:01:01 00:00:00"}, FILE_TIME),
        ({"taken": b"\xff\0\xff", "fraction": b"\xff"}, FILE_TIME),
    ],
)
def test_the_photos_own_time_is_taken_where_it_can_be(
    tmp_path: Path, tags: dict[str, object], captured: str
) -> None:
    """Exif's time with its fraction and offset; a time that no camera has gives the file's."""
    assert _captured(tmp_path, **tags) == captured


@pytest.mark.parametrize("changed_s", [-10_000_000_000, -1, 0, 4_102_444_800, 8_000_000_000])
def test_any_time_of_last_change_can_be_written(tmp_path: Path, changed_s: int) -> None:
    """Cards and archives bring times from other centuries: messages still have four digits."""
    path = tmp_path / "a.png"
    Image.fromarray(noise(8, 8)).save(path)
    os.utime(path, (changed_s, changed_s))
    assert len(format_time(read_photo(path).captured_at)) == len(FILE_TIME)


@pytest.mark.parametrize("year", [-5000, 0, 999, 20000])
def test_a_time_that_no_calendar_has_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """What some file systems hold, Python's calendar does not: the photo is read all the same."""
    path = tmp_path / "a.png"
    Image.fromarray(noise(8, 8)).save(path)
    plain, at_s = Path.stat, (year - 1970) * 31_556_952

    def stat(self: Path, **options: bool) -> os.stat_result:
        found = plain(self, **options)
        times = {"st_mtime": float(at_s), "st_mtime_ns": at_s * 10**9}
        return os.stat_result(tuple(found), times) if self == path else found

    monkeypatch.setattr(Path, "stat", stat)
    before = datetime.now(timezone.utc)
    assert read_photo(path).captured_at >= before


def test_the_rig_sees_a_photo_when_it_reads_it(tmp_path: Path) -> None:
    """Whatever time it carries: shots sort by when the rig took them."""
    before = datetime.now(timezone.utc)
    path = tmp_path / "a.png"
    Image.fromarray(noise(8, 8)).save(path)
    os.utime(path, (CHANGED_S, CHANGED_S))
    frame = read_photo(path)
    assert before <= frame.seen_at <= datetime.now(timezone.utc)
