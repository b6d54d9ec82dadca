"""Masks where scenes mislead, with the real Blender: mirrors, props in front, lace, hangers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="bpy is not installed"),
]
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys
from dataclasses import replace
import numpy as np
from train.studio.blender import render, session, stage
from train.studio.blender.framing import frame_garment
from train.studio.blender.garment import cut_garment, finish
from train.studio.plans.demo_clip import outfits, scene
from train.studio.plans.kinds_of_sets import arrange_mirror
from train.studio.plans.prop_stock import place_prop
from train.studio.plans.room import RoomPlan

outfit = outfits()[2]
red = replace(outfit.fabric, pattern="plain", colours=((0.9, 0.05, 0.05),) * 3)
outfit = replace(outfit, fabric=red, trim=red)
shell = cut_garment(outfit.garment)
skirt = finish(shell, shell.mesh.vertices)
rng = np.random.default_rng(5)
plain = scene(1, outfit)
white = (0.9, 0.9, 0.9)
room = RoomPlan("plain", "plain", white, white, False, 0.0, ())
plain = replace(plain, room=room, camera=replace(plain.camera, azimuth_deg=0.0, fill=0.45))
box = place_prop(rng, "stool", x_m=0.1, y_m=-0.6, turn_deg=0.0)
net = replace(red, cover=0.3, net="lace", scale=3.0)
plans = {
    "plain": plain,
    "mirror": replace(arrange_mirror(rng, plain), camera=plain.camera),
    "before": replace(plain, room=replace(room, things=(box,))),
    "lace": replace(plain, fabric=net, shown="nothing"),
    "hanger": replace(plain, shown="clip"),
}
made = {}
with session.quiet():
    session.start(1)
    camera = frame_garment(plain.camera, skirt.mesh.vertices, 72, 96)
    for name, plan in plans.items():
        stage.build(plan, [skirt], detail=0)
        stage.place_camera(camera, 72, 96)
        shot = render.shoot(4, 16)
        made[name], made[name + " picture"] = shot.coverage, shot.linear
np.savez(sys.argv[1], **made)
"""


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, npt.NDArray[np.float64]]:
    """Coverage and picture of one red skirt in five sets."""
    path = tmp_path_factory.mktemp("masks") / "shots.npz"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)],
        cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files}


def red_share(picture: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which pixels are clearly red."""
    red: npt.NDArray[np.bool_] = picture[..., 0] > 3 * picture[..., 1:].max(-1) + 0.01
    return red


def test_a_mirror_image_is_not_garment(shots: dict[str, npt.NDArray[np.float64]]) -> None:
    """The mirror shows the red skirt once more, and the mask is what it is without the mirror."""
    plain, mirrored = shots["plain"][..., 0], shots["mirror"][..., 0]
    assert np.abs(plain - mirrored).max() < 0.3
    twice = red_share(shots["mirror picture"]) & (mirrored < 0.01)
    assert twice.sum() > 20 + (red_share(shots["plain picture"]) & (plain < 0.01)).sum()


def test_a_prop_in_front_cuts_the_mask(shots: dict[str, npt.NDArray[np.float64]]) -> None:
    """Where a stool stands before the skirt the mask is empty; elsewhere it stays."""
    plain, cut = shots["plain"][..., 0], shots["before"][..., 0]
    hidden = (plain > 0.99) & (cut < 0.01)
    assert hidden.sum() > 20
    assert (cut <= plain + 0.3).all()
    assert ((cut > 0.99) & (plain > 0.99)).sum() > hidden.sum()


def test_lace_is_neither_there_nor_not(shots: dict[str, npt.NDArray[np.float64]]) -> None:
    """A lace skirt with nothing inside lets something through, front and back."""
    inside = shots["plain"][..., 0] > 0.99
    alpha = shots["lace"][..., 0][inside]
    assert ((alpha > 0.1) & (alpha < 0.95)).mean() > 0.25
    assert shots["lace"][..., 1:].max() == 0


def test_a_hanger_is_no_garment(shots: dict[str, npt.NDArray[np.float64]]) -> None:
    """Clips cover the waistband, count as stand, and no form is left."""
    plain, hung = shots["plain"], shots["hanger"]
    assert hung[..., 1].max() == 0
    assert (hung[..., 2] > 0.5).sum() > 3
    assert ((plain[..., 0] > 0.9) & (hung[..., 2] > 0.4)).any()
