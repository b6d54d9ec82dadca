"""Stand-ins for hardware that no test machine has. Everything else in the tests is real."""

from __future__ import annotations

import sys
import threading
import time
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from device.cameras.camera import Camera
from device.imaging.arrays import UInt8Array


class FakePicamera2:
    """picamera2's `Picamera2`, as far as its documented calls are used here.

    Class attributes stand for the hardware: ``cameras`` is how many the system sees; while
    ``hangs`` is set, a capture does not return, as the real one may when a ribbon cable slips.
    """

    cameras = 1
    sensor_resolution = (96, 64)
    hangs = threading.Event()
    log: list[str]

    def __init__(self, camera_num: int = 0) -> None:
        self.log = [f"open {camera_num}"]
        self.configuration: dict[str, Any] = {}
        self.controls: list[dict[str, Any]] = []
        self.started = False
        self.captured = 0
        FakePicamera2.latest = self

    latest: FakePicamera2
    camera_controls: ClassVar[dict[str, Any]] = {"AeEnable": (False, True, None)}

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        """One entry for each camera."""
        return [{"Num": number, "Model": "imx708"} for number in range(FakePicamera2.cameras)]

    def create_video_configuration(
        self,
        main: dict[str, Any],
        *,
        lores: dict[str, Any],
        raw: dict[str, Any] | None,
        buffer_count: int = 6,
        colour_space: str = "Rec709",
        controls: dict[str, Any],
        queue: bool = True,
    ) -> dict[str, Any]:
        """A configuration to be handed to `configure`; as the real one, it holds the frame rate."""
        return {
            "main": main,
            "lores": lores,
            "raw": raw,
            "queue": queue,
            "buffer_count": buffer_count,
            "colour_space": colour_space,
            "controls": {"FrameDurationLimits": (33333, 33333)} | controls,
        }

    def configure(self, configuration: dict[str, Any]) -> None:
        """Accept a configuration."""
        self.configuration = configuration

    def start(self) -> None:
        """Begin to stream."""
        assert self.configuration, "started before it was configured"
        self.started = True

    def capture_array(self, name: str) -> npt.NDArray[np.uint8]:
        """The next picture of a stream: red, in the memory order that the format asks for."""
        assert self.started
        while self.hangs.wait(timeout=0.02) and self.started:
            pass
        self.captured += 1
        threading.Event().wait(0.01)
        width, height = self.configuration[name]["size"]
        if self.configuration[name]["format"] == "YUV420":
            return np.full((height * 3 // 2, width), 128, np.uint8)
        self.log.append("still")
        # In libcamera's names BGR888 is RGB in memory.
        red = {"BGR888": (255, 0, 0), "RGB888": (0, 0, 255)}[self.configuration[name]["format"]]
        return np.full((height, width, 3), red, np.uint8)

    def capture_metadata(self) -> dict[str, Any]:
        """What is in effect: no exposure is longer than a frame may last."""
        asked = self.configuration["controls"]
        exposure_us = min(asked.get("ExposureTime", 8000), asked["FrameDurationLimits"][1])
        chosen = {"AnalogueGain": 2.0, "ColourGains": (1.5, 1.7), "Lux": 400}
        return {"ExposureTime": exposure_us, **chosen}

    def set_controls(self, controls: dict[str, Any]) -> None:
        """Change what the automatics do."""
        self.log.append(f"exposure {'on' if controls['AeEnable'] else 'held'}")
        self.controls.append(controls)

    def stop(self) -> None:
        """End the stream."""
        self.started = False
        self.log.append("stop")

    def close(self) -> None:
        """Release the camera."""
        self.log.append("close")


class _ColorSpace:
    """libcamera's `ColorSpace`, as far as it is named here."""

    @staticmethod
    def Smpte170m() -> str:  # noqa: N802 - libcamera's name
        """BT.601, limited range."""
        return "Smpte170m"


def install_fake_picamera2(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    """Make ``import picamera2`` find the fake for the length of a test."""
    module = ModuleType("picamera2")
    module.Picamera2 = FakePicamera2  # type: ignore[attr-defined] # A module is filled by hand.
    monkeypatch.setitem(sys.modules, "picamera2", module)
    libcamera = ModuleType("libcamera")
    libcamera.ColorSpace = _ColorSpace  # type: ignore[attr-defined] # as above
    monkeypatch.setitem(sys.modules, "libcamera", libcamera)
    monkeypatch.setattr(FakePicamera2, "cameras", 1)
    monkeypatch.setattr(FakePicamera2, "hangs", threading.Event())
    return FakePicamera2


class ScriptedSource:
    """A live source that a test controls."""

    def __init__(self) -> None:
        self.stuck = threading.Event()
        self.broken = threading.Event()
        self.released = threading.Event()

    def grab(self) -> UInt8Array:
        """A black picture, an error, or nothing, as the test has it."""
        if self.broken.is_set():
            raise RuntimeError("cable")
        time.sleep(0.005)
        while self.stuck.is_set() and not self.released.is_set():
            time.sleep(0.005)
        return np.zeros((2, 2, 3), np.uint8)

    def release(self) -> None:
        """Note that it was released."""
        self.released.set()


def read_on(camera: Camera, timeout_s: float) -> None:
    """Read until an error comes."""
    while True:
        camera.read(timeout_s)
