"""Small pictures of shots on the page."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from device.contract.topics import Topics
from device.page.display import Display
from device.shots.ledger import Ledger
from device.shots.spool import Spool
from device.system.parallel import own_workers
from tests.support.drawn_shirt import draw_shirt
from tests.support.page_servers import ServedPage
from tests.support.pictures import make_frame
from tests.support.programs import PATIENCE_S, wait_until
from tests.support.shot_paths import open_shot_path
from tests.support.spooled_shots import make_shot_id


def announce(shot_id: str) -> dict[str, Any]:
    """What the page reads of a ``shot.json``."""
    return {
        "id": shot_id,
        "sku": "1",
        "view": None,
        "take": 1,
        "width_px": 8,
        "height_px": 8,
        "seen_at": "2026-11-22T14:48:00.123Z",
        "verdict": {"state": "ok", "reasons": [], "advice": []},
    }


def test_pictures_are_read_one_at_a_time_and_hold_up_no_order(tmp_path: Path) -> None:
    """Two browsers that open the page read each picture once, and a shot can be taken meanwhile."""
    read: list[str] = []
    at_once: list[int] = []
    running: set[str] = set()
    go_on = threading.Event()

    def read_picture(shot_id: str) -> bytes:
        running.add(shot_id)
        at_once.append(len(running))
        go_on.wait(PATIENCE_S)
        read.append(shot_id)
        running.remove(shot_id)
        return b"picture"

    shots = [make_shot_id(serial) for serial in range(12)]
    page = ServedPage(tmp_path, read_picture=read_picture)
    with closing(page), ThreadPoolExecutor(2 * len(shots)) as browsers:
        for shot in shots:
            page.display.note_taken(announce(shot))
        asked = [browsers.submit(page.ask, "GET", f"/shots/{shot}") for shot in shots * 2]
        wait_until(lambda: at_once)
        assert page.ask("POST", "/command/capture", b"{}", origin=page.origin)[0] == 200
        go_on.set()
        assert [each.result()[:2] for each in asked] == [(200, b"picture")] * len(asked)
    assert set(at_once) == {1}
    assert sorted(read) == shots


def test_a_picture_that_is_gone_is_not_asked_for_again(tmp_path: Path) -> None:
    """A shot whose picture has left the rig says so in the state."""
    page = ServedPage(tmp_path, read_picture=lambda _: None)
    with closing(page):
        page.display.note_taken(announce(make_shot_id(1)))
        assert page.display.describe()["shots"][0]["has_picture"] is True
        assert page.ask("GET", f"/shots/{make_shot_id(1)}")[0] == 404
        assert json.loads(page.ask("GET", "/state")[1])["shots"][0]["has_picture"] is False


def test_pictures_come_after_many_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many shots could not be drawn, the next one that can be is."""
    spool = Spool(tmp_path, 10_000_000)
    path = open_shot_path(spool, Ledger(tmp_path, 0), Topics("selvedge", "rig"))
    with own_workers():
        shot, _ = path.shoot(make_frame(draw_shirt(1, size=(480, 360))[0]))
    display = Display()

    def fail(*_: object) -> None:
        raise MemoryError

    with closing(display):
        with monkeypatch.context() as patch:
            patch.setattr("device.page.display.shrink_cutout", fail)
            for _ in range(20):
                display.show_shot(shot)
        display.show_shot(shot)
        wait_until(lambda: display.describe()["shots"][0]["has_picture"])
