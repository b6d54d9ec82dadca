"""Masks that a person corrects, and the takes that are made of them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.commands.commands import Commands
from device.contract.garment_tag import GarmentTag
from device.contract.topics import Topics
from device.imaging.photo import read_photo
from device.shot_list.csv_table import ListRow
from device.shots.frame_store import FrameGoneError, FrameStore
from device.shots.ledger import Ledger
from device.shots.shot import Shot
from device.shots.spool import Spool
from device.system.parallel import own_workers
from tests.device.commands.test_operator_commands import validate
from tests.support.capture_queues import publish_into
from tests.support.drawn_shirt import draw_shirt
from tests.support.pictures import make_frame
from tests.support.programs import wait_until
from tests.support.shot_paths import open_shot_path

TOPICS = Topics("selvedge", "rig")
MEGABYTE = 1_000_000


class _Rig:
    """The commands of a rig that has taken one shot."""

    def __init__(self, state: Path, *, frames_bytes: int = 100 * MEGABYTE) -> None:
        self.spool = Spool(state, 100 * MEGABYTE, archive_bytes=MEGABYTE)
        self.ledger = Ledger(state, 0)
        requests = CaptureQueue(TOPICS, self.ledger, LateNotices(publish_into([])))
        self.commands = Commands(
            *(TOPICS, requests, self.ledger, self.spool, state), frames_bytes=frames_bytes
        )
        self.path = open_shot_path(self.spool, self.ledger, TOPICS, self.commands.frames)
        self.pixels = draw_shirt(1, size=(480, 360))[0]

    def shoot(self) -> Shot:
        """Take a shot, and have its frame on disk."""
        with own_workers():
            shot, _ = self.path.shoot(make_frame(self.pixels), tag=GarmentTag("4711", "front"))
            self.commands.frames.finish()
        return shot

    def correct(self, **fields: object) -> dict[str, Any]:
        """Correct a shot as a client does, and return the answer."""
        heard: list[dict[str, Any]] = []
        self.commands.ask("correct", json.dumps(fields).encode(), heard.append)
        wait_until(lambda: heard)
        validate("command-result", heard[0])
        return heard[0]

    def read(self, shot_id: str) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
        """The announcement and the picture of a shot, RGBA."""
        kept = self.commands.kept.find(shot_id)
        assert kept is not None
        validate("shot", kept.announcement)
        picture = cv2.imread(str(kept.picture), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        return kept.announcement, cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)


def _encode(alpha: np.ndarray[Any, Any]) -> str:
    return base64.b64encode(cv2.imencode(".png", alpha)[1].tobytes()).decode()


def test_a_correction_is_a_new_take_that_says_what_it_replaces(tmp_path: Path) -> None:
    """Its picture has the corrected mask and the camera's own colours; the original stays."""
    rig = _Rig(tmp_path)
    rig.commands.shot_list.load([ListRow("4711", ("front",))], None, serial=0)
    shot = rig.shoot()
    stroke = {"mode": "erase", "radius_px": 12, "points": [[270, 330], [270, 390]]}
    request = {"request_id": "c1", "shot_id": shot.id, "strokes": [stroke]}
    validate("correct-request", request)
    answer = rig.correct(**request)
    assert (answer["code"], answer["replaces"]) == ("accepted", shot.id)
    announcement, picture = rig.read(answer["shot_id"])
    assert announcement["replaces"] == shot.id
    assert announcement["corrected"] is True
    assert (announcement["sku"], announcement["view"], announcement["take"]) == ("4711", "front", 2)
    before, original = rig.read(shot.id)
    assert before["corrected"] is False
    assert announcement["garment_share"] < before["garment_share"]
    assert np.array_equal(original[..., 3], shot.cutout.mask.alpha)
    assert picture[360, 270, 3] == 0
    solid = picture[..., 3] == 255
    assert solid.any()
    assert np.array_equal(picture[solid][:, :3], rig.pixels[solid])
    (item,) = rig.commands.shot_list.items
    assert item.shot_id == announcement["id"]
    # What is kept to learn from, and what is corrected next.
    folder = tmp_path / "frames" / announcement["id"]
    kept = rig.commands.frames.load(announcement["id"])
    assert np.array_equal(kept.frame.pixels[..., ::-1], rig.pixels)
    assert np.array_equal(kept.model_alpha, shot.cutout.mask.alpha)
    assert np.array_equal(kept.alpha, picture[..., 3])
    strokes = json.loads((folder / "correction.json").read_text("utf-8"))["strokes"]
    assert strokes[0]["radius_px"] == 12
    assert read_photo(folder / "frame.png").pixels.shape == rig.pixels.shape
    assert rig.correct(**request) == answer


def test_a_whole_mask_is_taken_as_it_is(tmp_path: Path) -> None:
    """A mask that another program has drawn becomes the take's, at the frame's size alone."""
    rig = _Rig(tmp_path)
    shot = rig.shoot()
    alpha = np.zeros(rig.pixels.shape[:2], np.uint8)
    alpha[100:300, 100:250] = 255
    alpha[300, 100:250] = 128
    answer = rig.correct(shot_id=shot.id, alpha_png=_encode(alpha))
    announcement, picture = rig.read(answer["shot_id"])
    assert np.array_equal(picture[..., 3], alpha)
    assert announcement["bbox"] == {"left_px": 100, "top_px": 100} | {
        "width_px": 150,
        "height_px": 201,
    }
    small = rig.correct(shot_id=shot.id, alpha_png=_encode(alpha[:100]))
    assert (small["code"], "360x480" in small["error"]) == ("refused", True)


def test_a_mask_is_unpacked_at_the_frames_size_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small PNG that claims two hundred megapixels is refused by what it claims."""
    rig = _Rig(tmp_path)
    shot = rig.shoot()
    png = bytearray(base64.b64decode(_encode(np.zeros((9, 9), np.uint8))))
    png[16:24] = (20_000).to_bytes(4, "big") + (10_000).to_bytes(4, "big")
    unpacked: list[int] = []
    decode = cv2.imdecode

    def count(data: np.ndarray[Any, Any], flags: int) -> object:
        unpacked.append(data.size)
        return decode(data, flags)

    monkeypatch.setattr("device.commands.correct_command.cv2.imdecode", count)
    answer = rig.correct(shot_id=shot.id, alpha_png=base64.b64encode(png).decode())
    assert (answer["code"], "20000x10000" in answer["error"]) == ("refused", True)
    assert len(png) not in unpacked
    # What only begins as a PNG does is none.
    png[16:24] = (360).to_bytes(4, "big") + (480).to_bytes(4, "big")
    answer = rig.correct(shot_id=shot.id, alpha_png=base64.b64encode(png[:33]).decode())
    assert (answer["code"], "no PNG" in answer["error"]) == ("invalid", True)


@pytest.mark.parametrize(
    "fields",
    [
        *({}, {"strokes": [], "alpha_png": ""}, {"strokes": []}, {"strokes": [{"mode": "erase"}]}),
        *({"alpha_png": "?"}, {"alpha_png": base64.b64encode(b"junk").decode()}),
        {"alpha_png": _encode(np.zeros((9, 9, 3), np.uint8))},
        {"strokes": [{"mode": "erase", "radius_px": 1e9, "points": [[0, 0]]}]},
    ],
)
def test_what_is_no_correction_is_refused(tmp_path: Path, fields: dict[str, object]) -> None:
    """One sentence, and no new take."""
    rig = _Rig(tmp_path)
    shot_id = "20261122T144800123Z-rig-0001"
    assert rig.correct(shot_id=shot_id, **fields)["code"] == "invalid"
    assert rig.spool.depth == 0


def test_a_rig_that_keeps_no_frames_says_so(tmp_path: Path) -> None:
    """And costs nothing: no folder, no thread; what was kept before is read on."""
    rig = _Rig(tmp_path, frames_bytes=0)
    shot = rig.shoot()
    stroke = {"mode": "erase", "radius_px": 5, "points": [[50, 50]]}
    answer = rig.correct(shot_id=shot.id, strokes=[stroke])
    assert (answer["code"], "frames_max_mb" in answer["error"]) == ("refused", True)
    assert not (tmp_path / "frames").exists()


def test_frames_are_bounded_and_survive_a_restart(tmp_path: Path) -> None:
    """The oldest give way to newer ones and to a full disk; half a frame of a kill is cleared."""
    rig = _Rig(tmp_path)
    ids = [rig.shoot().id for _ in range(2)]
    size = sum(each.stat().st_size for each in (tmp_path / "frames" / ids[0]).iterdir())
    (tmp_path / "frames" / ".part-20261122T144800123Z-rig-0009").mkdir()
    rig = _Rig(tmp_path, frames_bytes=int(2.5 * size))
    assert rig.commands.frames.shot_ids == tuple(ids)
    ids.append(rig.shoot().id)
    assert rig.commands.frames.shot_ids == tuple(ids[1:])
    assert sorted(each.name for each in (tmp_path / "frames").iterdir()) == sorted(ids[1:])
    (tmp_path / "frames" / ids[1] / "frame.png").write_bytes(b"damaged")
    with pytest.raises(FrameGoneError):
        rig.commands.frames.load(ids[1])
    assert rig.spool.archive.give_way(1)
    assert rig.commands.frames.shot_ids == (ids[2],)
    assert FrameStore(tmp_path, 0).shot_ids == (ids[2],)


def test_the_schema_of_corrections_is_one() -> None:
    """Strokes that the rig reads are those that the schema allows."""
    stroke = {"mode": "restore", "radius_px": 5, "points": [[1, 2.5]]}
    shot_id = "20261122T144800123Z-rig-0001"
    validate("correct-request", {"shot_id": shot_id, "strokes": [stroke]})
    with pytest.raises(jsonschema.ValidationError):
        validate("correct-request", {"shot_id": shot_id, "strokes": [{**stroke, "mode": "paint"}]})
