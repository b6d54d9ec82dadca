"""Folders and films through the daemon: cameras that end, and do not come again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cameras.camera import EndOfStreamError
from device.cameras.factory import open_camera
from device.cameras.feed import CameraFeed
from device.cameras.photo_folder import DAMAGED_S
from device.daemon.composition import run_daemon
from device.daemon.state import open_state
from device.errors import WorkError
from device.settings.camera_spec import parse_camera
from device.settings.loading import load_config
from device.shots.spool import Spool
from tests.support.programs import Program, draw_photos


def test_photo_still_being_written_does_not_start_the_folder_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a copy into the folder takes, every photo comes once."""
    monkeypatch.setattr("device.cameras.feed._SILENCE_S", 0.05)
    monkeypatch.setattr("device.cameras.feed._LONGEST_PAUSE_S", 0.05)
    camera = draw_photos(tmp_path / "p", 2)
    os.utime(tmp_path / "p" / "garment-001.png", (0, 0))
    feed = CameraFeed(lambda: open_camera(parse_camera(camera)))
    stems: list[str | None] = []
    with contextlib.suppress(EndOfStreamError):
        while len(stems) < 4:
            frame = feed.next_frame(0.1)
            stems += [] if frame is None else [frame.stem]
    assert stems == ["garment-001", "garment-002"]


@pytest.mark.parametrize("kind", ["photos", "folder"])
def test_damaged_photos_are_counted_at_the_end(tmp_path: Path, kind: str) -> None:
    """A photo that cannot be read keeps no other from delivery, and the run ends as failed."""
    camera = draw_photos(tmp_path / "p", 2).replace("photos:", f"{kind}:")
    (tmp_path / "p" / "garment-000.jpg").write_text("text", "utf-8")
    for path in (tmp_path / "p").iterdir():
        os.utime(path, (0, 0))
    settings = {"camera": camera, "rig": "r", "broker": "embedded:0", "state_dir": tmp_path / "s"}
    settings |= {} if kind == "photos" else {"seconds": DAMAGED_S + 3}  # It never ends by itself.
    with pytest.raises(WorkError, match=r"could not be read: 1\b.* 2 shots taken, all taken by"):
        run_daemon(load_config(None, settings))
    assert list((tmp_path / "s" / "spool").iterdir()) == []


def test_stop_that_was_asked_for_is_no_failure(tmp_path: Path) -> None:
    """SIGTERM ends a rig with exit code 0 also after a damaged photo, which its last line names."""
    camera = draw_photos(tmp_path / "p", 1).replace("photos:", "folder:")
    (tmp_path / "p" / "broken.jpg").write_text("text", "utf-8")
    daemon = Program(
        *("device.run", "--camera", camera, "--broker", "embedded:0", "--rig", "r"),
        *("--state-dir", str(tmp_path / "s")),
    )
    try:
        daemon.wait_for("a photo was passed over")
        assert daemon.end(signal.SIGTERM) == 0, daemon.text
    finally:
        daemon.kill()
    assert "photos that could not be read: 1" in daemon.lines[-1]


def test_video_file_is_played_at_its_own_pace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A film of four seconds is not over after one."""
    film = str(tmp_path / "film.mp4")
    writer = cv2.VideoWriter(film, cv2.VideoWriter.fourcc(*"mp4v"), 25, (64, 48))
    for _ in range(100):
        writer.write(np.full((48, 64, 3), 200, np.uint8))
    writer.release()
    settings = {"camera": film, "rig": "r", "broker": "embedded:0", "state_dir": tmp_path / "s"}
    with caplog.at_level("INFO"):
        run_daemon(load_config(None, {**settings, "trigger": "command", "seconds": 1}))
    assert "0 shots taken" in caplog.text
    assert "at its end" not in caplog.text


def test_request_whose_answer_a_crash_swallowed_is_not_shot_again(tmp_path: Path) -> None:
    """A shot that is in the spool, its answer not written down: the next start knows the answer."""
    shot_id, png = "20261122T144800123Z-r-0007", b"\x89PNG picture"
    told = {"id": shot_id, "rig": "r", "sha256": hashlib.sha256(png).hexdigest()}
    spool = Spool(tmp_path, 10**9)
    spool.add(shot_id, png, json.dumps({**told, "request_id": "asked"}).encode())
    _, ledger = open_state(load_config(None, {"camera": "0", "state_dir": tmp_path}))
    answer = ledger.answer("asked")
    assert answer is not None
    assert (answer["code"], answer["shot_id"]) == ("taken", shot_id)
    serial, take = ledger.number(sku="4711", view=None, stem=None)
    assert (serial, take) == (8, 1)
