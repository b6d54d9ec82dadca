"""Folders and video files as cameras."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from device.cameras.camera import CameraTimeoutError, EndOfStreamError, PassedOverError
from device.cameras.factory import open_camera
from device.cameras.opencv_capture import silence_opencv
from device.cameras.photo_folder import SETTLE_S
from device.errors import UsageError
from device.settings.camera_spec import parse_camera
from tests.support.pictures import noise


def aged(path: Path) -> Path:
    """Make a file look as if it had been lying there for a while."""
    then_s = time.time() - 60
    os.utime(path, (then_s, then_s))
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twelve frames at 30 a second, each of one grey: 0, 20, 40 and so on."""
    path = tmp_path / "clip.mp4"
    silence_opencv()  # OpenCV reads its log level once, at the first video of a process.
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (64, 48))
    for grey in range(0, 240, 20):
        writer.write(np.full((48, 64, 3), grey, np.uint8))
    writer.release()
    return path


def test_a_folder_gives_every_photo_once_by_name(tmp_path: Path) -> None:
    """Photos come in the order of their names; other files and hidden ones are left alone."""
    for number, name in enumerate(["b.png", "a.JPG", "c.webp", ".hidden.png", "d.tiff"]):
        Image.fromarray(noise(8, 8, number)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a photo", encoding="ascii")
    for path in tmp_path.iterdir():
        aged(path)
    camera = open_camera(parse_camera(f"photos:{tmp_path}"))
    frames = [camera.read(1) for _ in range(4)]
    assert [frame.stem for frame in frames] == ["a", "b", "c", "d"]
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    with pytest.raises(EndOfStreamError):
        camera.read(1)
    camera.close()
    camera.close()


def test_a_damaged_photo_does_not_stop_the_others(tmp_path: Path) -> None:
    """A file that cannot be read is named once, and the next one comes."""
    (tmp_path / "a.jpg").write_text("text", encoding="ascii")
    Image.fromarray(noise(8, 8)).save(tmp_path / "b.png")
    for path in tmp_path.iterdir():
        aged(path)
    camera = open_camera(parse_camera(f"photos:{tmp_path}"))
    with pytest.raises(PassedOverError, match=r"a\.jpg"):
        camera.read(1)
    assert camera.read(1).stem == "b"


def test_a_photo_being_written_is_waited_for(tmp_path: Path) -> None:
    """A file that still grows is not handed out until it is whole."""
    Image.fromarray(noise(64, 64)).save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "whole.png").unlink()
    growing = tmp_path / "growing.png"
    growing.write_bytes(data[:100])

    def write_slowly() -> None:
        for start in range(100, len(data), len(data) // 4):
            time.sleep(0.25)
            with growing.open("ab") as file:
                file.write(data[start : start + len(data) // 4])

    camera = open_camera(parse_camera(f"photos:{tmp_path}"))
    writer = threading.Thread(target=write_slowly)
    writer.start()
    with pytest.raises(CameraTimeoutError, match=r"growing\.png"):
        camera.read(0.3)
    frame = camera.read(10)
    writer.join()
    np.testing.assert_array_equal(frame.pixels, noise(64, 64))


def test_a_copy_that_pauses_is_not_lost(tmp_path: Path) -> None:
    """A file that stops growing for a while and then goes on is read when it is whole."""
    pixels = noise(64, 64)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
    camera = open_camera(parse_camera(f"photos:{tmp_path}"))
    with pytest.raises(CameraTimeoutError):
        camera.read(SETTLE_S + 0.5)
    (tmp_path / "a.png").write_bytes(data)
    np.testing.assert_array_equal(camera.read(5).pixels, pixels)


def test_a_clock_that_runs_ahead_does_not_stop_the_folder(tmp_path: Path) -> None:
    """A photo from the future is handed out after a second of watching, in short reads too."""
    Image.fromarray(noise(8, 8)).save(tmp_path / "a.png")
    later_s = time.time() + 3600
    os.utime(tmp_path / "a.png", (later_s, later_s))
    camera = open_camera(parse_camera(f"photos:{tmp_path}"))
    for _ in range(20):
        try:
            assert camera.read(0.2).stem == "a"
        except CameraTimeoutError:
            continue
        return
    pytest.fail("the photo never came")


def test_a_video_gives_every_frame_with_its_time(clip: Path) -> None:
    """Frames come in order and once, a thirtieth of a second apart by their stamps."""
    camera = open_camera(parse_camera(str(clip)))
    frames = [camera.read(1) for _ in range(12)]
    with pytest.raises(EndOfStreamError):
        camera.read(1)
    assert [frame.sequence for frame in frames] == list(range(12))
    greys = [int(np.median(frame.pixels)) for frame in frames]
    assert np.abs(np.array(greys) - np.arange(0, 240, 20)).max() <= 6
    steps = np.diff([frame.monotonic_s for frame in frames])
    np.testing.assert_allclose(steps, 1 / 30, atol=1e-6)
    camera.close()
    camera.close()


def test_a_paced_video_takes_its_time(clip: Path) -> None:
    """Paced, twelve frames at 30 a second take eleven thirtieths, and none is given early."""
    camera = open_camera(parse_camera(str(clip)), paced=True)
    start_s = time.monotonic()
    for _ in range(12):
        frame = camera.read(1)
        assert frame.monotonic_s <= time.monotonic()
    assert time.monotonic() - start_s >= 11 / 30 - 0.01


def test_a_paced_read_keeps_its_timeout(clip: Path) -> None:
    """A frame that is not due in time is a timeout, and comes with a later read."""
    camera = open_camera(parse_camera(str(clip)), paced=True)
    camera.read(1)
    with pytest.raises(CameraTimeoutError):
        camera.read(0.001)
    assert camera.read(1).sequence == 1


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("missing.mp4", "no camera or video file"),
        ("folder:missing", "no folder"),
        ("photos:missing", "no folder"),
        ("folder:text.mp4", "is a file"),
        ("rtsp://user:secret@host:99999/x", "a port that is none"),
        ("http://user:sec/ret@host/x", "%2F"),
        ("rtsp://user:secret@/x", "no host"),
        ("folder:", "write folder:DIR"),
        ("photos: ", "write photos:DIR"),
        ("photos:.", "holds no photo"),
        (".", "write folder:."),
        ("text.mp4", "not a video"),
        ("empty.mp4", "not a video"),
        ("ftp://user:secret@host/x", "ftp://…"),
        ("", "no camera or video file"),
        ("97", "/dev/video97"),
        ("/dev/video97", "/dev/video97"),
        ("picamera2:x", "give picamera2:0"),
    ],
)
def test_a_source_that_does_not_exist_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    spec: str,
    sentence: str,
) -> None:
    """Every wrong --camera ends in one sentence, without a word from OpenCV or a password."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.mp4").write_text("not a video " * 50, encoding="ascii")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(UsageError) as error:
        open_camera(parse_camera(spec))
    assert sentence in str(error.value)
    assert "secret" not in str(error.value)
    assert capfd.readouterr().err == ""
