"""The thread that waits for live cameras."""

from __future__ import annotations

import numpy as np
import pytest

from device.cameras.camera import CameraLostError, CameraTimeoutError
from device.cameras.grabber import ThreadedCamera, ThreadedStillCamera
from device.cameras.repetition import REPEATS_S, Repetition
from device.imaging.arrays import UInt8Array
from tests.support.fake_picamera2 import ScriptedSource, read_on
from tests.support.pictures import noise


def grabbed(source: ScriptedSource) -> ThreadedCamera:
    """A camera over that source."""
    return ThreadedCamera(lambda: source, name="test", colour_order="BGR", open_timeout_s=5)


def test_read_returns_in_time_although_the_sdk_hangs() -> None:
    """A capture call that never returns costs a timeout, and the camera recovers after it."""
    source = ScriptedSource()
    camera = grabbed(source)
    camera.read(10)
    source.stuck.set()
    with pytest.raises(CameraTimeoutError, match="test"):
        read_on(camera, 0.1)
    source.stuck.clear()
    camera.read(10)
    camera.close()
    assert source.released.wait(120)


def test_an_exception_in_the_sdk_is_a_lost_camera() -> None:
    """Whatever an SDK raises reaches the reader as a lost camera with the SDK's words."""
    source = ScriptedSource()
    camera = grabbed(source)
    source.broken.set()
    with pytest.raises(CameraLostError, match="cable"):
        read_on(camera, 10)
    assert source.released.wait(120)


def test_a_frame_is_given_once() -> None:
    """Two reads never return the same picture."""
    source = ScriptedSource()
    camera = grabbed(source)
    sequences = [camera.read(10).sequence for _ in range(20)]
    camera.close()
    assert len(set(sequences)) == 20
    assert sequences == sorted(sequences)


def test_a_shot_is_taken_between_the_frames_or_told_missing() -> None:
    """A still comes from the source's own better picture; when that hangs it is a timeout."""

    class Better(ScriptedSource):
        def grab_still(self) -> UInt8Array:
            self.grab()
            return np.full((20, 20, 3), 7, np.uint8)

    source = Better()
    camera = ThreadedStillCamera(lambda: source, name="t", colour_order="RGB", open_timeout_s=5)
    assert camera.read(10).pixels.shape == (2, 2, 3)
    assert camera.take_still(10).pixels.shape == (20, 20, 3)
    assert camera.read(10).pixels.shape == (2, 2, 3)
    source.stuck.set()
    with pytest.raises(CameraTimeoutError, match="no shot"):
        camera.take_still(0.2)
    source.released.set()
    camera.close()


def test_repeated_picture_is_noticed_and_a_dark_room_is_not() -> None:
    """The same noise for four seconds is a fault; changing noise and clipped black are none."""
    watch, same = Repetition(), noise(64, 64, 1)
    assert not watch.is_repeating(same, 0.0)
    assert not watch.is_repeating(same.copy(), REPEATS_S - 0.1)
    assert watch.is_repeating(same.copy(), REPEATS_S)
    flicker = same.copy()
    flicker[-1, -1] ^= 1
    assert not watch.is_repeating(flicker, REPEATS_S + 1)
    black = np.zeros((64, 64, 3), np.uint8)
    assert not any(watch.is_repeating(black, second) for second in range(5, 60))
