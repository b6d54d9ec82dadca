"""The thread that waits for live cameras."""

from __future__ import annotations

import time

import pytest

from device.cameras.camera import CameraLostError, CameraTimeoutError
from device.cameras.grabber import GrabbedCamera
from tests.fakes import ScriptedSource, read_on


def grabbed(source: ScriptedSource) -> GrabbedCamera:
    """A camera over that source."""
    return GrabbedCamera(lambda: source, name="test", colour_order="BGR", open_timeout_s=5)


def test_read_returns_in_time_although_the_sdk_hangs() -> None:
    """A capture call that never returns costs a timeout, and the camera recovers after it."""
    source = ScriptedSource()
    camera = grabbed(source)
    camera.read(1)
    source.stuck.set()
    time.sleep(0.05)
    start_s = time.monotonic()
    with pytest.raises(CameraTimeoutError, match="test"):
        read_on(camera, 0.1)
    assert time.monotonic() - start_s < 0.5
    source.stuck.clear()
    camera.read(1)
    camera.close()
    assert source.released.wait(1)


def test_an_exception_in_the_sdk_is_a_lost_camera() -> None:
    """Whatever an SDK raises reaches the reader as a lost camera with the SDK's words."""
    source = ScriptedSource()
    camera = grabbed(source)
    source.broken.set()
    with pytest.raises(CameraLostError, match="cable"):
        read_on(camera, 1)
    assert source.released.wait(1)


def test_a_frame_is_given_once() -> None:
    """Two reads never return the same picture."""
    source = ScriptedSource()
    camera = grabbed(source)
    sequences = [camera.read(1).sequence for _ in range(20)]
    camera.close()
    assert len(set(sequences)) == 20
    assert sequences == sorted(sequences)
