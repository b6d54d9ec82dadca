"""What the shooting loop makes of sources that know more than a picture."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.datasets.labelled import read_labelled
from benchmarks.verdict.patches import find_backdrop, spread_colours
from device.cameras.camera import CameraTimeoutError, EndOfStreamError, PassedOverError
from device.cameras.feed import CameraFeed
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.shots.spool import Spool
from tests.support.pictures import make_frame, noise
from tests.support.rigs import build_rig


class _Reel:
    """A camera that gives a list of frames and then ends; errors are raised in their turn."""

    name = "reel"
    live = True

    def __init__(self, reel: Sequence[Frame | Exception]) -> None:
        self._reel = list(reel)

    def read(self, timeout_s: float) -> Frame:  # noqa: ARG002 - the contract's parameter
        """The next of the reel."""
        if not self._reel:
            raise EndOfStreamError("the end")
        given = self._reel.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def close(self) -> None:
        """Nothing to release."""


class _LargeStills(_Reel):
    def take_still(self, timeout_s: float) -> Frame:  # noqa: ARG002 - the contract's parameter
        """A picture four times as large as the frames."""
        return make_frame(noise(480, 640))


def _shot(
    tmp_path: Path, open_camera: Callable[[], _Reel], **settings: object
) -> list[dict[str, Any]]:
    """Run a rig to the end of its reel; returns what it says of its shots."""
    spool = Spool(tmp_path, 10**9)
    rig, _ = build_rig(tmp_path, spool, CameraFeed(open_camera), **settings)
    rig.run(threading.Event())
    return [json.loads(spool.load(shot_id).announcement) for shot_id in spool.waiting()]


def _frame(second: float, code: str | None = None) -> Frame:
    picture: UInt8Array = (noise(240, 320) // 8 + 150).astype(np.uint8)
    if code is not None:
        drawn = np.asarray(cv2.QRCodeEncoder.create().encode(code)).repeat(5, 0).repeat(5, 1)
        drawn = np.pad(drawn, 20, constant_values=255)
        picture[20 : 20 + drawn.shape[0], 60 : 60 + drawn.shape[1]] = drawn[:, :, None]
    return replace(make_frame(picture), monotonic_s=second)


def test_label_held_into_the_picture_names_the_shots_after_it(tmp_path: Path) -> None:
    """While the code is shown nothing is shot by itself; then the shots carry SKU and view."""
    reel = [_frame(1), _frame(2, "4711/back"), _frame(2.5, "4711/back"), _frame(5), _frame(6)]
    shots = _shot(tmp_path, lambda: _Reel(reel), trigger="every", sku_codes=True)
    results = [(shot["sku"], shot["view"], shot["take"]) for shot in shots]
    assert results == [(None, None, 1), ("4711", "back", 1), ("4711", "back", 2)]


def test_shot_is_the_cameras_better_picture(tmp_path: Path) -> None:
    """A camera that takes stills is looked at in small frames and shot at full resolution."""
    shots = _shot(tmp_path, lambda: _LargeStills([_frame(1)]), trigger="every")
    assert [(shot["width_px"], shot["height_px"]) for shot in shots] == [(640, 480)]


def test_picture_that_was_passed_over_is_told_until_the_next(tmp_path: Path) -> None:
    """A photo that cannot be read is named as trouble until the next, and counted for good."""
    reel: list[Frame | Exception]
    damaged = "x.jpg is damaged"
    reel = [_frame(1), PassedOverError(damaged, "x.jpg"), CameraTimeoutError("none"), _frame(2)]
    feed = CameraFeed(lambda: _Reel(reel))
    results = [(feed.next_frame(0.01) is not None, feed.trouble) for _ in range(4)]
    assert results == [(True, None), (False, damaged), (False, damaged), (True, None)]
    assert feed.passed_over == 1
    assert not list(tmp_path.iterdir())


def test_picture_that_comes_whole_after_all_was_not_passed_over() -> None:
    """A slow copy is damaged first and whole in the end: then nothing is missing."""
    whole, other = replace(_frame(2), source="x.jpg"), replace(_frame(3), source="y.jpg")
    damaged = [PassedOverError(f"{name} is damaged", name) for name in ("x.jpg", "z.jpg", "x.jpg")]
    feed = CameraFeed(lambda: _Reel([*damaged, other, whole]))
    counts = []
    for _ in range(5):
        feed.next_frame(0.01)
        counts.append(feed.passed_over)
    assert counts == [1, 2, 2, 2, 1]


def test_shots_are_held_against_the_bare_set_that_previews_saw(
    tmp_path: Path, repository: Path
) -> None:
    """After a rest with no garment a shot knows how much of it was there before; photos do not."""
    pictures = read_labelled(repository / "calibration_images", "all", None)
    dressed = next(picture for picture in pictures if picture.stem == "studio-1000-00009")
    towards = spread_colours(dressed.pixels.astype(np.float32), find_backdrop(dressed))
    near = cv2.dilate(dressed.garment, np.ones((9, 9), np.uint8))[..., None]
    bare = (dressed.pixels * (1 - near) + towards * near).astype(np.uint8)
    scenes = [bare, bare, bare, dressed.pixels]
    reel = [replace(make_frame(scene), monotonic_s=float(i)) for i, scene in enumerate(scenes)]
    shots = _shot(tmp_path / "camera", lambda: _Reel(reel), trigger="every")
    results = [shot["verdict"]["measurements"].get("bare_share") for shot in shots]
    assert results == [None, None, None, 0.0]
    photos = [replace(frame, stem=f"photo-{i}") for i, frame in enumerate(reel)]
    shots = _shot(tmp_path / "photos", lambda: _Reel(photos))
    assert {shot["verdict"]["measurements"].get("bare_share") for shot in shots} == {None}
