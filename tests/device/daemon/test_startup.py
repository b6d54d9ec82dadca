"""The camera opens while the rest of the rig is loading."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from device.cameras.folder_memory import FolderMemory
from device.daemon.startup import EarlyCameraStart
from device.daemon.stop_signals import StoppedError
from device.errors import UsageError
from device.run import main
from device.settings.config import Config
from device.settings.loading import load_config
from device.system.folder_lock import FolderLock
from tests.support.programs import wait_until

MEMORY = FolderMemory(None)


class _SlowCamera:
    """Opens when it is allowed to.

    Attributes:
        made: every one that was opened.
    """

    live, name = True, "slow"
    allowed = threading.Event()
    made: list[object]

    def __init__(self) -> None:
        assert self.allowed.wait(120)
        self.closed = False
        self.made.append(self)

    def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture(name="slow")
def _slow(monkeypatch: pytest.MonkeyPatch) -> type[_SlowCamera]:
    monkeypatch.setattr(_SlowCamera, "allowed", threading.Event())
    monkeypatch.setattr(_SlowCamera, "made", [], raising=False)

    def open_slow(*_: Any, **__: Any) -> _SlowCamera:
        return _SlowCamera()

    monkeypatch.setattr("device.daemon.startup.open_camera", open_slow)
    return _SlowCamera


def _config(tmp_path: Path, camera: str) -> Config:
    return load_config(None, {"camera": camera, "state_dir": tmp_path / "state"})


def test_camera_opens_beside_the_start(tmp_path: Path, slow: type[_SlowCamera]) -> None:
    """The start goes on at once; the camera is the one on its way, and after a loss another."""
    start = EarlyCameraStart(_config(tmp_path, "0"))
    slow.allowed.set()
    wait_until(lambda: slow.made)
    open_camera = start.camera(MEMORY, threading.Event())
    first: object = open_camera()
    assert slow.made[0] is first
    assert len(slow.made) == 1
    assert open_camera() is not first
    start.release()
    assert not getattr(first, "closed", True), "it belongs to who asked for it"


def test_start_that_fails_meanwhile_leaves_no_camera_open(
    tmp_path: Path, slow: type[_SlowCamera]
) -> None:
    """When the rest cannot start, the camera that was on its way is closed again."""
    start = EarlyCameraStart(_config(tmp_path, "0"))
    threading.Timer(0.1, slow.allowed.set).start()
    start.release()
    wait_until(lambda: [camera for camera in slow.made if getattr(camera, "closed", False)])
    EarlyCameraStart(_config(tmp_path, "photos:x")).release()  # The state folder is free again.


def test_camera_that_hangs_does_not_hold_up_the_end(
    tmp_path: Path, slow: type[_SlowCamera]
) -> None:
    """Who stops the rig while its camera is opening does not wait for the camera."""
    start, stop = EarlyCameraStart(_config(tmp_path, "0")), threading.Event()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(StoppedError, match="before the camera"):
        start.camera(MEMORY, stop)()
    threading.Timer(0.1, slow.allowed.set).start()
    start.release()
    wait_until(lambda: [camera for camera in slow.made if getattr(camera, "closed", False)])


def test_missing_camera_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    """A camera that is not there ends the start with its own sentence; a folder is not rushed."""
    start = EarlyCameraStart(_config(tmp_path, "/dev/video97"))
    with pytest.raises(UsageError, match="there is no camera /dev/video97"):
        start.camera(MEMORY, threading.Event())()
    start.release()
    (tmp_path / "inbox").mkdir()
    start = EarlyCameraStart(_config(tmp_path, f"folder:{tmp_path / 'inbox'}"))
    assert start.camera(MEMORY, threading.Event())().name == f"folder:{tmp_path / 'inbox'}"
    start.release()


def test_rest_that_does_not_load_lets_go_of_the_camera(
    tmp_path: Path, slow: type[_SlowCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is missing ends the start with its sentence, and the camera is closed."""
    monkeypatch.setitem(sys.modules, "device.daemon.composition", None)
    slow.allowed.set()
    state = tmp_path / "state"
    with pytest.raises(ImportError, match=r"device\.daemon"):
        main(["--camera", "0", "--state-dir", str(state)])
    wait_until(lambda: [camera for camera in slow.made if getattr(camera, "closed", False)])
    FolderLock(state, "--state-dir").release()
