"""One picture over which something fails, and those after it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.cameras.camera import EndOfStreamError
from device.cameras.factory import open_camera
from device.cameras.feed import CameraFeed
from device.cameras.folder_memory import FolderMemory
from device.contract.message import Message
from device.daemon.composition import run_daemon
from device.daemon.garment_tags import GarmentTags
from device.daemon.shooting_loop import ShootingLoop
from device.errors import WorkError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.preview.preview_path import PreviewPath
from device.settings.camera_spec import parse_camera
from device.settings.loading import load_config
from device.shots.spool import Spool
from tests.support.pictures import make_frame, noise
from tests.support.programs import draw_photos, wait_until
from tests.support.rigs import build_rig

FOREIGN = OverflowError("Python int too large to convert to C long")


@pytest.fixture(name="failing")
def _failing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Sources whose cutting fails as deep inside as a decoder or numpy does."""
    sources: set[str] = set()
    cut = Pipeline.cut

    def fail(pipeline: Pipeline, frame: Frame, *others: Any, **named: Any) -> Cutout:
        if frame.source in sources:
            raise FOREIGN
        return cut(pipeline, frame, *others, **named)

    monkeypatch.setattr(Pipeline, "cut", fail)
    return sources


@pytest.mark.parametrize("kind", ["photos", "folder"])
def test_a_photo_that_cannot_be_cut_is_passed_over(
    tmp_path: Path, failing: set[str], caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """It is named with the reason, the next one is shot, and the run ends as failed."""
    camera = draw_photos(tmp_path / "p", 3).replace("photos:", f"{kind}:")
    failing.add("garment-001.png")
    settings: dict[str, object] = {"camera": camera, "rig": "r", "broker": "embedded:0"}
    settings |= {"state_dir": tmp_path / "s", **({"shots": 2} if kind == "folder" else {})}
    with pytest.raises(WorkError, match=r"could not be read: 1\b.* 2 shots taken"):
        run_daemon(load_config(None, settings))
    told = [record.message for record in caplog.records if "garment-001.png" in record.message]
    assert len(told) == 1
    assert "OverflowError: Python int too large" in told[0]


def test_a_photo_that_was_passed_over_stays_in_the_status(
    tmp_path: Path, failing: set[str]
) -> None:
    """Others come and go; the status names it until it is replaced by one that can be shot."""
    camera = parse_camera(draw_photos(tmp_path / "p", 2).replace("photos:", "folder:"))
    failing.add("garment-001.png")
    feed = CameraFeed(lambda: open_camera(camera, memory=FolderMemory(None)))
    rig, _ = build_rig(tmp_path / "s", Spool(tmp_path / "s", 10**9), feed)
    stop = threading.Event()
    thread = threading.Thread(target=rig.run, args=(stop,), daemon=True)
    thread.start()
    wait_until(lambda: rig._stats.shots == 1 and feed.missing)
    assert "garment-001.png cannot be shot" in str(feed.missing)
    failing.clear()
    replaced = tmp_path / "p" / "garment-001.png"
    replaced.write_bytes((tmp_path / "p" / "garment-002.png").read_bytes() + b"\0")
    wait_until(lambda: rig._stats.shots == 2)
    assert feed.missing is None
    stop.set()
    thread.join(timeout=120)


def test_a_photo_that_is_taken_away_leaves_the_status(tmp_path: Path) -> None:
    """Its cause is gone with it; the run has still not shot it."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.jpg").write_text("no picture", "utf-8")
    camera = parse_camera(f"folder:{tmp_path / 'p'}")
    feed = CameraFeed(lambda: open_camera(camera, memory=FolderMemory(None)))
    wait_until(lambda: feed.next_frame(0.1) is None and feed.missing)
    (tmp_path / "p" / "a.jpg").unlink()
    wait_until(lambda: feed.next_frame(0.1) is None and not feed.missing)
    assert feed.trouble is None
    assert feed.passed_over == 1


class _Live:
    """A camera that streams frames; its source is its name."""

    name = "reel"
    live = True

    def __init__(self, count: int) -> None:
        self._frames = [
            replace(make_frame(noise(48, 64, number)), monotonic_s=float(number), source="reel")
            for number in range(count)
        ]

    def read(self, timeout_s: float) -> Frame:
        """The next of them."""
        if not self._frames:
            raise EndOfStreamError(f"{timeout_s}")
        return self._frames.pop(0)

    def close(self) -> None:
        """Nothing to release."""


def test_a_command_whose_frame_fails_is_answered(tmp_path: Path, failing: set[str]) -> None:
    """Who asked is told the reason; the camera goes on, and the shot counts as failed."""
    failing.add("reel")
    rig, desk = build_rig(
        tmp_path, Spool(tmp_path, 10**9), CameraFeed(lambda: _Live(3)), trigger="command"
    )
    desk.receive(Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1))
    rig.run(threading.Event())
    (answer,) = [json.loads(each.payload) for each in desk.answers]
    assert answer["code"] == "refused"
    assert "OverflowError" in answer["error"]
    assert rig._stats.failed == 1
    assert str(rig.refusal).startswith("a frame was passed over: the shot cannot be shot")


@pytest.mark.parametrize("part", ["finish", "show"])
def test_a_command_is_answered_where_the_previews_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """What a preview's pass raises is the answer, whether it comes at its end or before a shot."""

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PreviewPath, part, fail)
    rig, desk = build_rig(
        tmp_path, Spool(tmp_path, 10**9), CameraFeed(lambda: _Live(3)), trigger="command"
    )
    desk.receive(Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1))
    rig.run(threading.Event())
    (answer,) = [json.loads(each.payload) for each in desk.answers]
    assert (answer["request_id"], answer["code"]) == ("a", "refused")
    assert "memory ran out" in answer["error"]


def test_a_shot_is_answered_though_its_tag_is_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shot is on disk: whoever asked for it learns of it, whatever fails afterwards."""

    def fail(*_: object) -> None:
        raise FOREIGN

    monkeypatch.setattr(GarmentTags, "note_shot", fail)
    spool = Spool(tmp_path, 10**9)
    rig, desk = build_rig(tmp_path, spool, CameraFeed(lambda: _Live(1)), trigger="command")
    desk.receive(Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1))
    rig.run(threading.Event())
    (answer,) = [json.loads(each.payload) for each in desk.answers]
    assert [answer["shot_id"]] == list(spool.waiting())


def test_frames_that_all_fail_end_the_run_in_the_end(
    tmp_path: Path, failing: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that no other frame cures is left to a new process, after minutes of trying."""
    monkeypatch.setattr("device.daemon.shooting_loop._MOST_FAILING_S", -1.0)
    monkeypatch.setattr(ShootingLoop, "_wants", lambda *_: True)
    failing.add("reel")
    rig, _ = build_rig(tmp_path, Spool(tmp_path, 10**9), CameraFeed(lambda: _Live(3)))
    with pytest.raises(WorkError, match=r"every frame of camera reel has failed"):
        rig.run(threading.Event())


def test_a_frame_that_fails_is_one_line_in_the_log(
    tmp_path: Path, failing: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A camera gives thirty a second: the same trouble is told once, and shots pause."""
    failing.add("reel")
    start_s = time.monotonic()
    rig, _ = build_rig(
        tmp_path, Spool(tmp_path, 10**9), CameraFeed(lambda: _Live(20)), trigger="every"
    )
    rig.run(threading.Event())
    assert time.monotonic() - start_s < 60
    assert caplog.text.count("a frame was passed over") == 1


class _Turning(_Live):
    """A camera that is turned, and then set to fewer pixels, while it streams."""

    def __init__(self) -> None:
        super().__init__(0)
        sizes = [(480, 640)] * 4 + [(640, 480)] * 4 + [(240, 180)] * 4
        self._frames = [
            replace(make_frame(_draw_shirt(height, width)), monotonic_s=float(second))
            for second, (height, width) in enumerate(sizes)
        ]


def _draw_shirt(height_px: int, width_px: int) -> UInt8Array:
    """A shirt on a form, the same whichever size the frame has."""
    picture = noise(height_px, width_px) // 32 + np.uint8(200)
    corners = np.array([(0.4, 0.2), (0.6, 0.2), (0.74, 0.45), (0.63, 0.5), (0.63, 0.8)])
    shirt = np.concatenate([corners, corners[::-1] * (-1, 1) + (1, 0)]) * (width_px, height_px)
    cv2.fillPoly(picture, [shirt.astype(np.int32)], (90, 60, 150))
    return np.asarray(picture, dtype=np.uint8)


def test_a_camera_that_is_turned_is_shot_at_its_new_size(tmp_path: Path) -> None:
    """Another size is another scene: previews, plate and shots go on with it."""
    spool = Spool(tmp_path, 10**9)
    rig, _ = build_rig(tmp_path, spool, CameraFeed(_Turning), trigger="every")
    rig.run(threading.Event())
    shots = [json.loads(spool.load(shot_id).announcement) for shot_id in spool.waiting()]
    sizes = [(shot["width_px"], shot["height_px"]) for shot in shots]
    assert sizes == [(640, 480)] * 4 + [(480, 640)] * 4 + [(180, 240)] * 4
    assert rig._stats.failed == 0
