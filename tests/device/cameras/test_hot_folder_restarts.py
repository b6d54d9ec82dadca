"""A hot folder over restarts, crashes and reads that fail."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from device.cameras.camera import PassedOverError
from device.cameras.hot_folder import HotFolder
from device.imaging import photo
from device.imaging.frame import Frame
from tests.support.hot_folders import open_hot_folder, put_photo, shoot_all
from tests.support.programs import wait_until


@pytest.fixture(name="inbox")
def _inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def test_many_photos_of_earlier_runs_are_known_each(tmp_path: Path, inbox: Path) -> None:
    """However many photos have been shot, and however often it starts, none comes again."""
    data = put_photo(tmp_path, "photo.png", 1).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    with (tmp_path / "hot-folder.jsonl").open("w", encoding="ascii") as file:
        for number in range(60_000):
            fields = {"name": f"{number}.png", "size_bytes": 1, "changed_ns": 1, "sha256": digest}
            file.write(json.dumps(fields) + "\n")
    for number in (0, 30_000, 59_999):
        (inbox / f"{number}.png").write_bytes(data)
        os.utime(inbox / f"{number}.png", (2000, 2000))
    for _ in range(3):
        assert shoot_all(open_hot_folder(inbox, tmp_path)) == []


def test_photo_that_killed_the_process_comes_after_the_others(
    tmp_path: Path, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A photo over which the program died is met again, but not first, and is named."""
    for number, name in enumerate(["a.png", "b.png", "c.png"]):
        put_photo(inbox, name, number, age_s=90 - number)
    for _ in range(2):  # Nothing is called at the end of a process that is killed.
        assert open_hot_folder(inbox, tmp_path).read(1).source in {"a.png", "b.png"}
    assert "ended 1 time while it worked on the photo a.png" in caplog.text
    camera = open_hot_folder(inbox, tmp_path)
    assert "the photo b.png" in caplog.text
    assert [frame.source for frame in shoot_all(camera)] == ["a.png", "c.png", "b.png"]
    camera.close()
    caplog.clear()
    put_photo(inbox, "d.png", 9)
    stopped = open_hot_folder(inbox, tmp_path)
    assert stopped.read(1).source == "d.png"
    stopped.close()  # As at a stop that was asked for.
    assert open_hot_folder(inbox, tmp_path).read(1).source == "d.png"
    assert not caplog.messages


def _take_until_one(camera: HotFolder) -> list[Frame]:
    frames: list[Frame] = []
    wait_until(lambda: frames.extend(shoot_all(camera)) or frames)  # type: ignore[func-returns-value]
    return frames


def test_photo_that_killed_the_process_three_times_is_passed_over(
    tmp_path: Path, inbox: Path
) -> None:
    """No photo ends the daemon for ever: it is named, until it is replaced by one that can be."""
    put_photo(inbox, "a.png", 1, age_s=90)
    for _ in range(3):  # Nothing is called at the end of a process that is killed.
        assert open_hot_folder(inbox, tmp_path).read(1).source == "a.png"
    camera = open_hot_folder(inbox, tmp_path)
    with pytest.raises(PassedOverError, match=r"a\.png has ended the program 3 times"):
        _take_until_one(camera)
    assert shoot_all(camera) == []
    camera.close()
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []
    put_photo(inbox, "a.png", 2)
    assert [frame.source for frame in shoot_all(open_hot_folder(inbox, tmp_path))] == ["a.png"]


def test_photo_that_the_system_fails_to_give_is_read_later(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk or share that fails while a photo is decoded says nothing about the photo."""
    monkeypatch.setattr("device.cameras.hot_candidates._RETRY_S", 0.05)
    put_photo(inbox, "a.png", 1, age_s=90)
    decode = photo._decode_stream

    def fail(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(photo, "_decode_stream", fail)
    camera = open_hot_folder(inbox, tmp_path)
    with pytest.raises(PassedOverError, match=r"cannot be read \(Too many open files\)"):
        _take_until_one(camera)
    monkeypatch.setattr(photo, "_decode_stream", decode)
    assert len(_take_until_one(camera)) == 1
