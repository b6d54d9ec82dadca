"""The hot folder of a tethered camera: each photo is one shot, ever."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from device.cameras.camera import CameraLostError, CameraTimeoutError, PassedOverError
from device.cameras.folder_memory import FolderMemory, NewestShot
from device.cameras.hot_folder import HotFolder
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from tests.support.hot_folders import open_hot_folder, put_photo, shoot_all
from tests.support.pictures import noise


@pytest.fixture(name="inbox")
def _inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def test_each_photo_comes_once_in_the_order_of_writing(tmp_path: Path, inbox: Path) -> None:
    """Photos come oldest first, once, also after a restart; the folder stays as it was."""
    put_photo(inbox, "b.jpg", 1, age_s=90)
    put_photo(inbox, "a.PNG", 2, age_s=60)
    (inbox / "notes.txt").write_text("no photo", "ascii")
    (inbox / ".hidden.png").write_bytes((inbox / "a.PNG").read_bytes())
    (inbox / "link.png").symlink_to(inbox / "a.PNG")
    (inbox / "below.png").mkdir()
    before = sorted((path.name, path.lstat().st_mtime_ns) for path in inbox.iterdir())
    first = open_hot_folder(inbox, tmp_path)
    assert [frame.source for frame in shoot_all(first)] == ["b.jpg", "a.PNG"]
    put_photo(inbox, "c.tiff", 3)
    assert [frame.source for frame in shoot_all(first)] == ["c.tiff"]
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []
    put_photo(inbox, "d.png", 4)
    assert [frame.source for frame in shoot_all(open_hot_folder(inbox, tmp_path))] == ["d.png"]
    after = [(path.name, path.lstat().st_mtime_ns) for path in inbox.iterdir()]
    assert [entry for entry in sorted(after) if entry[0] not in {"c.tiff", "d.png"}] == before


def test_same_name_with_another_picture_is_another_photo(tmp_path: Path, inbox: Path) -> None:
    """A retake under the same name comes; a file that was only touched does not."""
    put_photo(inbox, "4711.jpg", 1)
    camera = open_hot_folder(inbox, tmp_path)
    assert len(shoot_all(camera)) == 1
    put_photo(inbox, "4711.jpg", 2, age_s=30)
    assert len(shoot_all(camera)) == 1
    os.utime(inbox / "4711.jpg", (1000, 1000))
    assert shoot_all(camera) == []
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []


def test_photo_not_kept_comes_again(tmp_path: Path, inbox: Path) -> None:
    """A photo whose shot was never safe comes again after a restart."""
    put_photo(inbox, "a.png", 1)
    assert open_hot_folder(inbox, tmp_path).read(1).source == "a.png"
    assert open_hot_folder(inbox, tmp_path).read(1).source == "a.png"


def test_crash_before_the_list_was_written_shoots_nothing_twice(
    tmp_path: Path, inbox: Path
) -> None:
    """The photo of the newest shot in the spool is known although the list does not have it."""
    path = put_photo(inbox, "a.png", 1)
    newest = NewestShot("a.png", hashlib.sha256(path.read_bytes()).hexdigest())
    memory = FolderMemory(tmp_path / "list", newest)
    assert shoot_all(HotFolder(inbox, memory)) == []
    assert shoot_all(HotFolder(inbox, FolderMemory(tmp_path / "list"))) == []
    put_photo(inbox, "a.png", 2, age_s=5)
    assert len(shoot_all(HotFolder(inbox, memory))) == 1


@pytest.mark.parametrize("tail", [b'{"name": "b', b"\0\0\0\0", b"[1]\n{}\n", b"[" * 9000])
def test_torn_list_costs_only_its_torn_lines(tmp_path: Path, inbox: Path, tail: bytes) -> None:
    """What a power cut has left at the end of the list is passed over and the rest is known."""
    put_photo(inbox, "a.png", 1)
    shoot_all(open_hot_folder(inbox, tmp_path))
    with (tmp_path / "hot-folder.jsonl").open("ab") as file:
        file.write(tail)
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []


def test_list_that_cannot_be_written_is_told(
    tmp_path: Path, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk under the list stops no shot: it is reported, and the list catches up later."""
    put_photo(inbox, "a.png", 1)
    blocked = tmp_path / "list"
    memory = FolderMemory(blocked)
    blocked.mkdir()
    camera = HotFolder(inbox, memory)
    assert len(shoot_all(camera)) == 1
    assert "may be shot again" in caplog.text
    blocked.rmdir()
    put_photo(inbox, "b.png", 2)
    assert len(shoot_all(camera)) == 1
    assert shoot_all(HotFolder(inbox, FolderMemory(blocked))) == []


def test_growing_file_is_not_read_and_does_not_hold_up_others(tmp_path: Path, inbox: Path) -> None:
    """A file still being copied comes when it is whole; a finished one comes before it."""
    data = put_photo(tmp_path, "whole.png", 1).read_bytes()
    (inbox / "slow.png").write_bytes(data[:50])
    camera = open_hot_folder(inbox, tmp_path)
    with pytest.raises(CameraTimeoutError):
        camera.read(0.3)
    put_photo(inbox, "other.png", 2)
    assert camera.read(1).source == "other.png"

    def finish() -> None:
        time.sleep(1.5)
        (inbox / "slow.png").write_bytes(data)

    writer = threading.Thread(target=finish)
    camera.remember(camera.read(1))
    writer.start()
    frame = camera.read(10)
    writer.join()
    np.testing.assert_array_equal(frame.pixels, noise(8, 12, 1))


def test_turned_photo_is_upright_and_keeps_its_profile(tmp_path: Path, inbox: Path) -> None:
    """The EXIF orientation is applied and the ICC profile travels with the frame."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.fromarray(noise(8, 12, 1))
    picture.save(inbox / "a.jpg", exif=exif, icc_profile=profile, quality=95)
    os.utime(inbox / "a.jpg", (1000, 1000))
    frame = open_hot_folder(inbox, tmp_path).read(1)
    assert (frame.height_px, frame.width_px) == (12, 8)
    assert frame.icc_profile == profile


def test_folder_that_vanishes_is_a_lost_camera(tmp_path: Path, inbox: Path) -> None:
    """A card or share that goes away is reported like a camera that does."""
    camera = open_hot_folder(inbox, tmp_path)
    shutil.rmtree(inbox)
    with pytest.raises(CameraLostError, match="inbox"):
        camera.read(0.1)


def test_photo_passed_over_is_met_again_only_when_it_changes(
    tmp_path: Path,
    inbox: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither a damaged photo nor one that makes no shot comes first at each start for ever."""
    monkeypatch.setattr("device.cameras.hot_candidates.DAMAGED_S", 0.0)
    put_photo(inbox, "a.png", 1)
    (inbox / "b.jpg").write_bytes(b"no photo")
    os.utime(inbox / "b.jpg", (2000, 2000))
    camera = open_hot_folder(inbox, tmp_path)
    with pytest.raises(PassedOverError, match=r"b\.jpg"):
        camera.read(1)
    camera.pass_over(camera.read(1))
    assert not caplog.messages
    for again in (camera, open_hot_folder(inbox, tmp_path)):
        assert shoot_all(again) == []
    assert "2 photos that earlier runs passed over stay left out" in caplog.text
    put_photo(inbox, "a.png", 2, age_s=30)
    put_photo(inbox, "b.jpg", 3, age_s=20)
    assert [frame.source for frame in shoot_all(open_hot_folder(inbox, tmp_path))] == [
        "a.png",
        "b.jpg",
    ]


def test_photo_passed_over_by_another_version_is_read_once_more(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was upgraded may read what its forerunner could not."""
    put_photo(inbox, "a.png", 1)
    monkeypatch.setattr("device.cameras.folder_memory.VERSION", "0.0.1")
    first = open_hot_folder(inbox, tmp_path)
    first.pass_over(first.read(1))
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []
    monkeypatch.undo()
    assert [frame.source for frame in shoot_all(open_hot_folder(inbox, tmp_path))] == ["a.png"]


def test_whatever_a_file_brings_about_passes_that_file_over(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody thought of is one sentence with the file's name, and the next comes."""
    monkeypatch.setattr("device.cameras.hot_candidates.DAMAGED_S", 0.0)
    put_photo(inbox, "a.png", 1, age_s=90)
    put_photo(inbox, "b.png", 2)

    def fail(path: Path, *, sequence: int) -> Frame:
        if path.name == "a.png":
            raise MemoryError("no room")
        return read_photo(path, sequence=sequence)

    monkeypatch.setattr("device.cameras.hot_folder.read_photo", fail)
    camera = open_hot_folder(inbox, tmp_path)
    with pytest.raises(PassedOverError, match=r"a\.png: MemoryError: no room"):
        camera.read(1)
    assert camera.read(1).source == "b.png"
    camera.pass_over(camera.read(1), until_restart=True)
    assert shoot_all(camera) == []
    # A new process may have more memory.
    monkeypatch.setattr("device.cameras.hot_folder.read_photo", read_photo)
    assert [frame.source for frame in shoot_all(open_hot_folder(inbox, tmp_path))] == [
        "a.png",
        "b.png",
    ]


def test_name_and_time_of_any_kind(tmp_path: Path, inbox: Path) -> None:
    """A name in bytes that are no UTF-8 is known after a restart as any other."""
    strange = os.fsencode(inbox) + b"/Gr\xf6\xdfe.png"
    put_photo(inbox, "a.png", 1).rename(os.fsdecode(strange))
    assert len(shoot_all(open_hot_folder(inbox, tmp_path))) == 1
    assert shoot_all(open_hot_folder(inbox, tmp_path)) == []


def test_photo_that_may_not_be_read_comes_when_it_may(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo without the right to read it is named once, holds up no other, and is tried again."""
    monkeypatch.setattr("device.cameras.hot_candidates.DAMAGED_S", 0.0)
    monkeypatch.setattr("device.cameras.hot_candidates._RETRY_S", 0.0)
    locked = put_photo(inbox, "a.png", 1, age_s=90)
    put_photo(inbox, "b.png", 2)
    real_open = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == locked.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(path, *args, **options)

    camera = open_hot_folder(inbox, tmp_path)
    with monkeypatch.context() as patch:  # Root, who may run this, may read anything.
        patch.setattr(Path, "open", refuse)
        with pytest.raises(PassedOverError, match=r"a\.png cannot be read \(Permission denied\)"):
            camera.read(1)
        assert [frame.source for frame in shoot_all(camera)] == ["b.png"]
        (finding,) = camera.findings
        assert "1 photo in" in finding
        assert "a.png" in finding
    assert [frame.source for frame in shoot_all(camera)] == ["a.png"]
    assert not camera.findings


def test_what_is_never_read_is_named_once(
    tmp_path: Path, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Raw files alone, folders and links are findings until they are gone; a JPEG beside is not."""
    for name in ("DSC_1.NEF", "IMG_2.HEIC", "DSC_1.xmp", ".DS_Store"):
        (inbox / name).write_bytes(b"raw")
    (inbox / "100CANON").mkdir()
    for name in ("@eaDir", "lost+found", "System Volume Information"):
        (inbox / name).mkdir()
    (inbox / "c.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    camera = open_hot_folder(inbox, tmp_path)
    for _ in range(3):
        assert shoot_all(camera) == []
    text = " ".join(camera.findings)
    assert "(HEIC, NEF)" in text
    assert "(100CANON)" in text
    assert "(c.jpg)" in text
    assert len(camera.findings) == len(caplog.messages) == 3
    (inbox / "c.jpg").unlink()
    (inbox / "100CANON").rmdir()
    (inbox / "IMG_2.HEIC").unlink()
    put_photo(inbox, "dsc_1.jpg", 1)
    assert len(shoot_all(camera)) == 1
    assert not camera.findings
