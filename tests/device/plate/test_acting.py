"""What stood in the set before is not in the cutout; the garment is, whatever the plate holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.contract.topics import Topics
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.runtimes.factory import open_runtime
from device.shots.ledger import Ledger
from device.shots.shot_path import ShotPath
from device.shots.spool import Spool
from device.verdict.shot_judge import ShotJudge
from tests.support.pictures import make_frame

BUNDLE = load_bundle(default_bundle_path())
HEIGHT, WIDTH = 480, 640
OUTLINE = (
    *((40, 40), (104, 40), (128, 90), (110, 96), (100, 76)),
    *((100, 150), (44, 150), (44, 76), (34, 96), (16, 90)),
)
LATER_S = 20.0
"""A rig has long started by then."""


@dataclass(frozen=True)
class View:
    """What a camera sees, and where the garment and the prop are in it.

    Attributes:
        pixels: uint8, shape (height, width, 3).
        garment: bool, shape (height, width), of a red shirt.
        prop: bool, same shape, of a green one that belongs to the set.
    """

    pixels: UInt8Array
    garment: npt.NDArray[np.bool_]
    prop: npt.NDArray[np.bool_]


def draw(
    *,
    prop: bool = False,
    garment: bool = False,
    rows: slice = slice(0, HEIGHT),
    colour: tuple[int, int, int] = (190, 40, 50),
    lamp: float = 0.0,
    seed: int = 0,
) -> View:
    """Draw a wall, and shirts in front of it.

    Args:
        prop: whether the green shirt of the set hangs there.
        garment: whether a garment does.
        rows: of the garment, all that hangs there.
        colour: of the garment.
        lamp: share by which a lamp at the left is brighter.
        seed: of the camera's noise.
    """
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    wall = 120 + 10 * np.sin(x / 23) * np.sin(y / 31) + x / 40
    picture = np.repeat(wall[..., None], 3, axis=2)
    hangs = np.zeros((HEIGHT, WIDTH), np.bool_)
    hangs[rows] = garment
    places = hang(0, 60, 2.0) & prop, hang(330, 40, 2.3) & hangs
    for place, dye, stripes in zip(places, ((60, 90, 60), colour), (14, 8), strict=True):
        cloth = np.array(dye) + (stripes * np.sin((x + y / 3) / 5))[..., None]
        picture[place] = cloth[place]
    picture *= (1 + lamp * np.exp(-((x / 300) ** 2)))[..., None]
    grain = np.random.default_rng(seed).normal(0, 2.5, picture.shape)
    return View(np.clip(picture + grain, 0, 255).astype(np.uint8), places[1], places[0])


def hang(left_px: int, top_px: int, scale: float) -> npt.NDArray[np.bool_]:
    """Return the place of a shirt."""
    corners = (np.array(OUTLINE) * scale + (left_px, top_px)).astype(np.int32)
    drawn = cv2.fillPoly(np.zeros((HEIGHT, WIDTH), np.uint8), [corners], (1,))
    return np.asarray(drawn > 0)


class Rig:
    """The parts of a rig that previews and shots go through."""

    def __init__(self, folder: Path, plate: BarePlate) -> None:
        """Put them together; `folder` takes the shots."""
        runtime, _ = open_runtime(BUNDLE, "cpu")
        self.pipeline, self.plate = Pipeline(BUNDLE, runtime), plate
        self.spool = Spool(folder, 2**30)
        parts = (ShotJudge(plate), plate, self.spool, Ledger(folder, 0), Topics("selvedge", "r"))
        self.shots = ShotPath(self.pipeline, *parts)

    def rest(self, view: View, at_s: float) -> tuple[Frame, StillScene, QuickMask]:
        """See a view until it has come to rest."""
        frame, scene = replace(make_frame(view.pixels), monotonic_s=at_s), StillScene()
        for _ in range(3):
            preview = self.pipeline.preview(frame, scene.logits)
            scene.add_preview(preview.logits)
            self.plate.learn(preview, scene)
        return frame, scene, preview

    def shoot(self, view: View) -> tuple[npt.NDArray[np.bool_], dict[str, Any]]:
        """Return the mask of a shot of a view at rest, and the verdict as it was announced."""
        frame, scene, _ = self.rest(view, LATER_S)
        shot, _ = self.shots.shoot(frame, scene)
        announcement = self.spool.load(shot.id).announcement
        verdict: dict[str, Any] = json.loads(announcement)["verdict"]
        return shot.cutout.mask.alpha > 127, verdict


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Rig]:
    """Start a rig that sees a view for its first seconds, and nothing before."""

    def begin(first: View | None, **settings: bool) -> Rig:
        folder = tmp_path / f"rig-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        rig = Rig(folder, BarePlate(0.002, **settings))
        if first is not None:
            rig.rest(first, 0.0)
        return rig

    return begin


Start = Callable[..., Rig]


@pytest.mark.parametrize("lamp", [-0.06, 0.0, 0.06])
def test_a_prop_that_stood_there_is_not_in_the_cutout(start: Start, lamp: float) -> None:
    """A shirt of the set, which the model takes for a garment, goes; the garment stays as it is."""
    dressed = draw(prop=True, garment=True, seed=2)
    mask, verdict = start(draw(prop=True, lamp=lamp)).shoot(dressed)
    assert not mask[dressed.prop].any()
    assert mask[dressed.garment].mean() > 0.995
    assert verdict["measurements"]["plate_removed_share"] == pytest.approx(0.42, abs=0.05)
    assert verdict["measurements"]["bare_share"] < 0.01
    assert "mannequin-leak" not in verdict["reasons"]


def test_a_plate_that_may_not_act_reports(start: Start) -> None:
    """With `acts = false` the prop stays in the mask, and is a reason to look at it."""
    dressed = draw(prop=True, garment=True, seed=2)
    mask, verdict = start(draw(prop=True), acts=False).shoot(dressed)
    assert mask[dressed.prop].mean() > 0.99
    assert verdict["measurements"]["plate_removed_share"] is None
    assert "mannequin-leak" in verdict["reasons"]


def test_on_a_plain_set_nothing_changes(start: Start) -> None:
    """Where the mask holds the garment alone it is the same, bit for bit, with a plate."""
    dressed = draw(garment=True, seed=2)
    with_plate, verdict = start(draw()).shoot(dressed)
    without, blind = start(None, bare_at_start=False).shoot(dressed)
    assert np.array_equal(with_plate, without)
    measured = [each["measurements"]["plate_removed_share"] for each in (verdict, blind)]
    assert measured == [0.0, None]


@pytest.mark.parametrize("rows", [slice(0, 220), slice(220, HEIGHT)], ids=["upper", "lower"])
def test_half_an_outfit_that_hung_there_at_the_start_is_not_lost(start: Start, rows: slice) -> None:
    """A rig that starts with a part of the outfit on the form cuts all of it out."""
    dressed = draw(garment=True, seed=2)
    mask, _ = start(draw(garment=True, rows=rows)).shoot(dressed)
    assert mask[dressed.garment].mean() > 0.995


def test_the_same_garment_as_at_the_start_is_not_lost(start: Start) -> None:
    """A rig that starts with a dressed form takes nothing away, and finds no leak."""
    dressed = draw(prop=True, garment=True, seed=2)
    mask, verdict = start(draw(prop=True, garment=True)).shoot(dressed)
    assert mask[dressed.garment | dressed.prop].mean() > 0.995
    assert verdict["measurements"]["bare_share"] is None


def test_the_next_garment_after_a_dressed_start_is_whole(start: Start) -> None:
    """Another garment in the place of the one that hung there at the start is cut out whole."""
    dressed = draw(garment=True, colour=(60, 70, 170), seed=2)
    mask, _ = start(draw(garment=True)).shoot(dressed)
    assert mask[dressed.garment].mean() > 0.995


def test_a_garment_that_the_model_had_overlooked_is_not_lost(start: Start) -> None:
    """A plate with a garment in it, taken since none was found, is reported and does not act."""
    dressed = draw(garment=True, seed=2)
    rig = start(None)
    rig.plate.remember(make_frame(draw(garment=True).pixels), previews=2)
    mask, verdict = rig.shoot(dressed)
    assert mask[dressed.garment].mean() > 0.995
    assert "mannequin-leak" in verdict["reasons"]


def test_another_light_takes_nothing_away(start: Start) -> None:
    """A set that was lit otherwise is another set: all stays, and nothing is said of it."""
    bare, dressed = draw(prop=True), draw(prop=True, garment=True, seed=2)
    dark = replace(bare, pixels=(bare.pixels * 0.5).astype(np.uint8))
    mask, verdict = start(dark).shoot(dressed)
    assert mask[dressed.prop].mean() > 0.99
    assert verdict["measurements"]["plate_removed_share"] is None


def test_a_set_is_taken_for_bare_at_the_start_alone(start: Start) -> None:
    """What hangs there later is garment, and so it is from the start where the setting says so."""
    dressed = draw(prop=True, garment=True, seed=2)
    late, second, never = start(None), start(None), start(draw(prop=True), bare_at_start=False)
    for rig, at_s in ((late, LATER_S / 2), (second, 0.5)):
        rig.rest(draw(garment=True, colour=(60, 70, 170)), 0.0)
        rig.rest(draw(prop=True), at_s)
    for rig in (late, second, never):
        mask, _ = rig.shoot(dressed)
        assert mask[dressed.prop].mean() > 0.99


def test_previews_show_what_a_shot_will_be(start: Start) -> None:
    """In the preview of a scene at rest the prop is gone as well."""
    dressed = draw(prop=True, garment=True, seed=2)
    rig = start(draw(prop=True))
    _, scene, preview = rig.rest(dressed, LATER_S)
    before, after = (
        cv2.resize(each.cutout().mask.alpha, (WIDTH, HEIGHT)) > 127
        for each in (preview, rig.plate.clear_preview(preview, scene))
    )
    assert before[dressed.prop].mean() > 0.95
    assert after[dressed.prop].mean() < 0.01
    assert after[dressed.garment].mean() > 0.95


def test_photos_that_stand_alone_are_left_alone(start: Start) -> None:
    """A photo out of a folder may come from anywhere: nothing is taken out of it."""
    dressed = draw(prop=True, garment=True, seed=2)
    shot, _ = start(draw(prop=True)).shots.shoot(make_frame(dressed.pixels))
    assert (shot.cutout.mask.alpha > 127)[dressed.prop].mean() > 0.99
