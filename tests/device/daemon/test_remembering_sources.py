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
import pytest

from benchmarks.datasets.labelled import read_labelled
from benchmarks.verdict.patches import find_backdrop, spread_colours
from device.cameras.camera import CameraTimeoutError, EndOfStreamError, PassedOverError
from device.cameras.feed import CameraFeed
from device.contract.message import Message
from device.daemon.state import open_state
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.preview.caption import Caption
from device.preview.preview_path import PreviewPath
from device.settings.loading import load_config
from device.shots.ledger import Ledger
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


def test_file_names_of_any_letters_become_skus(tmp_path: Path) -> None:
    """With {sku:any} a name with umlauts is spelled for topics, and kept as it was in the JSON."""

    class HotReel(_Reel):
        live = False
        findings = ()

        def remember(self, frame: Frame) -> None:
            """Nothing to note."""

        pass_over = remember

    photos = [
        replace(_frame(second), stem=stem, source=f"{stem}.jpg", source_sha256="0" * 64)
        for second, stem in enumerate(["Größe 36_front", "Gr\udcf6\udcdfe 36_front", "4711"])
    ]
    settings = {"file_names": "{sku:any}_{view}_{number}"}
    shots = _shot(tmp_path, lambda: HotReel(photos), **settings)
    results = [(shot["sku"], shot["sku_original"], shot["take"]) for shot in shots]
    assert results == [
        ("Groesse-36", "Größe 36", 1),
        ("Groesse-36", "Größe 36", 2),
        ("4711", None, 1),
    ]
    assert shots[0]["source_sha256"] == "0" * 64
    # Names that are no text are numbered all the same where they give no SKU.
    shots = _shot(tmp_path / "strict", lambda: HotReel(photos[1:2] * 2))
    assert [(shot["sku"], shot["take"]) for shot in shots] == [(None, 1), (None, 2)]


def test_retake_is_a_warning_with_what_to_do_until_the_next_shot(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A bad shot stands in the log as a warning with advice, in the announcement, in previews."""
    captions = []

    class Previews(PreviewPath):
        def write(self, caption: Caption) -> None:
            captions.append(caption)

    reel = [replace(make_frame(np.full((240, 320, 3), 120, np.uint8)), monotonic_s=1.0)]
    with pytest.MonkeyPatch.context() as patch, caplog.at_level("DEBUG"):
        patch.setattr("tests.support.rigs.PreviewPath", Previews)
        (shot,) = _shot(tmp_path, lambda: _Reel(reel), trigger="every")
    verdict = shot["verdict"]
    assert (verdict["state"], verdict["reasons"]) == ("retake", ["nothing-found"])
    assert verdict["advice"] == ["put the garment into the frame, light it, clear the background"]
    (record,) = [record for record in caplog.records if record.message == "shot"]
    assert record.levelname == "WARNING"
    assert "advice" in record.__dict__["fields"]
    assert captions[-1] == Caption("shooting", "RETAKE\nnothing-found")
    states = [each.__dict__["fields"] for each in caplog.records if each.message == "trigger"]
    assert states == [{"state": "shooting"}]


def test_request_is_answered_with_the_verdict(tmp_path: Path) -> None:
    """Whoever asked for a shot is told at once that it must be taken again, and after a restart."""
    spool = Spool(tmp_path, 10**9)
    frames = [replace(make_frame(np.full((240, 320, 3), 120, np.uint8)), monotonic_s=1.0)]
    rig, queue = build_rig(tmp_path, spool, CameraFeed(lambda: _Reel(frames)), trigger="command")
    queue.receive(Message("selvedge/r/command/capture", b'{"request_id": "a"}', 1))
    rig.run(threading.Event())
    answers = [json.loads(answer.payload) for answer in queue.answers]
    assert [answer["code"] for answer in answers] == ["taken"]
    assert answers[0]["verdict"]["state"] == "retake"
    assert answers[0]["verdict"]["reasons"] == ["nothing-found"]
    ledger = Ledger(tmp_path, 0)
    assert ledger.answer("a") == answers[0]
    (tmp_path / "ledger.json").unlink()
    config = load_config(None, {"camera": "0", "rig": "r", "state_dir": tmp_path})
    assert open_state(config)[1].answer("a") == answers[0]
