"""The shooting loop on its own: cameras that vanish, disks that are full."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.cameras.camera import (
    CameraLostError,
    CameraRepeatsError,
    CameraTimeoutError,
    EndOfStreamError,
)
from device.cameras.factory import open_camera
from device.cameras.feed import CameraFeed
from device.contract.message import Message
from device.daemon import shooting_loop as rig_module
from device.errors import UsageError, WorkError
from device.imaging.frame import Frame
from device.settings.camera_spec import parse_camera
from device.shots.spool import Spool
from tests.support.pictures import make_frame, noise
from tests.support.programs import draw_photos, wait_until
from tests.support.rigs import build_rig


class _Unplugged:
    """A camera that gives one frame, is lost, and is there again at the third try."""

    name = "test camera"
    live = True

    def __init__(self) -> None:
        self.opened = 0
        self.lost = False
        self._given = False

    def open(self) -> _Unplugged:
        """Open it, as far as it is there."""
        self.opened += 1
        if self.opened == 2:
            raise UsageError("not there yet")
        self._given = False
        return self

    def read(self, timeout_s: float) -> Frame:
        """One frame, then a loss, then the end."""
        if not self._given:
            self._given = True
            return make_frame(np.zeros((8, 8, 3), np.uint8))
        if self.opened >= 3:
            raise EndOfStreamError(f"{timeout_s}")
        self.lost = True
        raise CameraLostError("test camera was unplugged")

    def close(self) -> None:
        """Nothing to release."""


def test_lost_camera_is_told_and_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera that vanishes is named while it is gone, and used again when it is back."""
    monkeypatch.setattr("device.cameras.feed._LONGEST_PAUSE_S", 0.05)
    camera = _Unplugged()
    feed = CameraFeed(camera.open)
    assert feed.next_frame(0.01) is not None
    assert feed.next_frame(0.01) is None
    assert feed.trouble == "test camera was unplugged"
    wait_until(lambda: feed.next_frame(0.01))
    assert camera.opened == 3
    _assert_well(feed)
    with pytest.raises(EndOfStreamError):
        feed.next_frame(0.01)
    feed.close()


def _assert_well(feed: CameraFeed) -> None:
    assert feed.trouble is None


def test_silent_camera_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera that is there and gives nothing is closed and opened anew after a while."""
    monkeypatch.setattr("device.cameras.feed._SILENCE_S", 0.05)

    class Silent(_Unplugged):
        def read(self, timeout_s: float) -> Frame:
            threading.Event().wait(timeout_s)
            raise CameraTimeoutError("nothing")

    feed = CameraFeed(Silent().open)
    wait_until(lambda: feed.next_frame(0.02) is None and feed.trouble)
    assert "no picture" in str(feed.trouble)


def test_camera_that_repeats_after_reopening_stays_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told until a new picture comes, instead of lost and back in turn."""
    monkeypatch.setattr("device.cameras.feed._LONGEST_PAUSE_S", 0.05)
    stuck = make_frame(noise(8, 8))

    class Stuck(_Unplugged):
        def open(self) -> Stuck:
            self.opened += 1
            self._given = False
            return self

        def read(self, timeout_s: float) -> Frame:
            if self.opened == 3:
                return make_frame(noise(8, 8, seed=1))
            if self._given:
                time.sleep(timeout_s)
                raise CameraRepeatsError("test camera has repeated the same picture")
            self._given = True
            return stuck

    camera = Stuck()
    feed = CameraFeed(camera.open)
    told: list[str | None] = []

    def new_picture() -> bool:
        frame = feed.next_frame(0.01)
        told.append(feed.trouble)
        return frame is not None and frame.pixels is not stuck.pixels

    wait_until(new_picture)
    assert camera.opened == 3
    lost = told.index("test camera has repeated the same picture")
    assert None not in told[lost:-1]
    assert told[-1] is None


def test_time_spent_elsewhere_is_not_the_cameras_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a long wait for the broker a camera gets its own time to give a picture."""
    monkeypatch.setattr("device.cameras.feed._SILENCE_S", 0.05)

    class Slow(_Unplugged):
        def read(self, timeout_s: float) -> Frame:
            raise CameraTimeoutError(f"{timeout_s}")

    feed = CameraFeed(Slow().open)
    time.sleep(0.1)
    assert feed.next_frame(0.01) is None
    assert feed.trouble is None


def test_command_without_a_camera_is_answered(tmp_path: Path) -> None:
    """Who asks for a shot while the camera is gone is told so, and may ask again."""
    camera = _Unplugged()
    rig, desk = build_rig(tmp_path, Spool(tmp_path, 10**9), CameraFeed(camera.open))
    command = Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1)
    stop = threading.Event()
    thread = threading.Thread(target=rig.run, args=(stop,), daemon=True)
    thread.start()
    wait_until(lambda: camera.lost)
    desk.receive(command)
    wait_until(lambda: desk.answers)
    stop.set()
    thread.join(timeout=120)
    answer = json.loads(next(iter(desk.answers)).payload)
    assert answer["code"] == "refused"
    assert "unplugged" in answer["error"]


def test_photo_waits_for_a_full_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A photo that the spool refuses is told of and shot when there is room; none is skipped."""
    monkeypatch.setattr(rig_module, "_REFUSAL_PAUSE_S", 0.05)
    camera = parse_camera(draw_photos(tmp_path / "p", 2))
    spool = Spool(tmp_path / "state", max_bytes=10)
    rig, _ = build_rig(tmp_path / "state", spool, CameraFeed(lambda: open_camera(camera)))
    thread = threading.Thread(target=rig.run, args=(threading.Event(),), daemon=True)
    thread.start()
    wait_until(lambda: caplog.text.count("the spool is full") >= 2)
    assert spool.depth == 0
    spool._max_bytes = 10**9
    thread.join(timeout=120)
    stems = [f'"stem":"garment-00{number}"' for number in (1, 2)]
    announcements = [spool.load(shot_id).announcement.decode() for shot_id in spool.waiting()]
    assert all(stem in told for stem, told in zip(stems, announcements, strict=True))


def test_time_is_up_also_while_a_photo_waits_for_room(tmp_path: Path) -> None:
    """``--seconds`` ends a run whose spool is full; the photo stays in its folder, not shot."""
    camera = parse_camera(draw_photos(tmp_path / "p", 1))
    spool = Spool(tmp_path / "state", max_bytes=10)
    feed = CameraFeed(lambda: open_camera(camera))
    rig, _ = build_rig(tmp_path / "state", spool, feed, seconds=1)
    thread = threading.Thread(target=rig.run, args=(threading.Event(),), daemon=True)
    thread.start()
    thread.join(timeout=120)
    assert not thread.is_alive()
    assert spool.depth == 0


def test_request_that_a_full_spool_refused_is_not_shot_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photo waits for room and is shot as its own; the refused request gets no shot."""
    monkeypatch.setattr(rig_module, "_REFUSAL_PAUSE_S", 0.05)
    camera = parse_camera(draw_photos(tmp_path / "p", 1))
    spool = Spool(tmp_path / "state", max_bytes=10)
    rig, desk = build_rig(tmp_path / "state", spool, CameraFeed(lambda: open_camera(camera)))
    command = b'{"request_id": "a", "sku": "4711"}'
    desk.receive(Message("selvedge/r/command/capture", command, 1))
    thread = threading.Thread(target=rig.run, args=(threading.Event(),), daemon=True)
    thread.start()
    wait_until(lambda: desk.answers)
    spool._max_bytes = 10**9
    thread.join(timeout=120)
    assert [json.loads(answer.payload)["code"] for answer in desk.answers] == ["refused"]
    (shot_id,) = spool.waiting()
    told = json.loads(spool.load(shot_id).announcement)
    assert (told["request_id"], told["sku"]) == (None, None)


@pytest.fixture(name="systemd")
def _systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Where systemd would listen; every sign of life is passed on to it."""
    monkeypatch.setattr("device.daemon.shooting_loop._WATCHDOG_EVERY_S", 0.0)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(10)
        yield listener


def _forget(systemd: socket.socket) -> None:
    """Throw away what was told so far."""
    systemd.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while systemd.recv(64):
            pass
    systemd.settimeout(10)


def test_watchdog_is_fed_while_the_camera_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemd: socket.socket
) -> None:
    """A rig whose camera is unplugged goes on telling systemd that it works on it."""
    monkeypatch.setattr("device.cameras.feed._LONGEST_PAUSE_S", 0.05)

    class Away(_Unplugged):
        def open(self) -> _Unplugged:
            self.opened += 1
            if self.opened > 1:
                raise UsageError("not there yet")
            return self

    camera, stop = Away(), threading.Event()
    rig, _ = build_rig(tmp_path, Spool(tmp_path, 10**9), CameraFeed(camera.open))
    thread = threading.Thread(target=rig.run, args=(stop,), daemon=True)
    thread.start()
    wait_until(lambda: camera.opened >= 2)
    _forget(systemd)
    assert systemd.recv(64) == b"WATCHDOG=1"
    stop.set()
    thread.join(timeout=120)


def test_camera_that_hangs_at_every_try_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemd: socket.socket
) -> None:
    """While opening hangs the rig lives on and answers; the third time ends the process."""
    monkeypatch.setattr("device.cameras.feed._LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr("device.cameras.opening._HANGS_S", 0.5)
    release = threading.Event()

    class Stuck(_Unplugged):
        def open(self) -> _Unplugged:
            self.opened += 1
            if self.opened > 1:
                release.wait(120)
            return self

    camera = Stuck()
    rig, desk = build_rig(tmp_path, Spool(tmp_path, 10**9), CameraFeed(camera.open))
    desk.receive(Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1))
    ended: list[str] = []

    def work() -> None:
        try:
            rig.run(threading.Event())
        except WorkError as error:
            ended.append(str(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    wait_until(lambda: camera.opened >= 2)
    _forget(systemd)
    assert systemd.recv(64) == b"WATCHDOG=1"
    thread.join(timeout=120)
    release.set()
    assert len(ended) == 1
    assert "hangs at every try" in ended[0]
    assert desk.answers
