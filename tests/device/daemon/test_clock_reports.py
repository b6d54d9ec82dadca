"""A clock that is unsure, in what the rig says."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import jsonschema
import pytest

from device.daemon.composition import run_daemon
from device.errors import WorkError
from device.settings.loading import load_config
from device.shots.spool import Spool
from device.system.clock import MARK
from tests.support.programs import draw_photos

SCHEMAS = Path(__file__).parents[3] / "device" / "schemas"


@pytest.mark.parametrize(("mark_s", "clock"), [(1e9, "ok"), (4e9, "unsure")])
def test_a_shot_says_whether_its_times_can_be_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mark_s: float, clock: str
) -> None:
    """A rig that has seen a later time before marks its shots, and says what to do."""
    caplog.set_level(logging.WARNING)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / MARK).touch()
    os.utime(tmp_path / "s" / MARK, (mark_s, mark_s))
    settings = {
        "camera": draw_photos(tmp_path / "p", 1),
        "rig": "r",
        "state_dir": tmp_path / "s",
        "broker": "mqtt://127.0.0.1:1",
        "broker_wait_s": float("inf"),
        "seconds": 8,
        "shots": 1,
    }
    with pytest.raises(WorkError, match=r"1 shot taken"):
        run_daemon(load_config(None, {**settings, "drain_s": 0}))
    spool = Spool(tmp_path / "s", 10**9)
    (shot_id,) = spool.waiting()
    told = json.loads(spool.load(shot_id).announcement)
    assert told["clock"] == clock
    assert shot_id.startswith(told["seen_at"][:10].replace("-", ""))
    jsonschema.validate(told, json.loads((SCHEMAS / "shot.json").read_text("utf-8")))
    assert ("the clock shows" in caplog.text) == (clock == "unsure")
