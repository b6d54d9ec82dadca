"""The kinds of scenes that can be asked for by name, as plans and meshes, without a renderer."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from train.__main__ import main
from train.datasets.dataset import shows_no_garment
from train.studio.geometry.accessories import build_accessory
from train.studio.geometry.bottoms import cut_skirt
from train.studio.geometry.cloth_front import measure_front
from train.studio.geometry.cover_tiles import NETS, draw_cover
from train.studio.geometry.dress_form import arm_joints, form_mesh
from train.studio.geometry.floor_cloth import hem_height, lay_on_floor
from train.studio.geometry.garment_shell import sew
from train.studio.geometry.props import SHAPES, build_prop
from train.studio.geometry.strands import hang_fringe, raise_fuzz, spread_uv
from train.studio.job import Job, choose_split, plan_job
from train.studio.plans.demo_clip import outfits
from train.studio.plans.form import FormPlan
from train.studio.plans.kinds import SCENE_KINDS
from train.studio.plans.scene import FabricPlan, ScenePlan
from train.studio.plans.scenes import list_layers, plan_scene

COLOURS = ((0.8, 0.2, 0.2), (0.9, 0.9, 0.9), (0.1, 0.1, 0.4))


def plans_of(kind: str, count: int = 40) -> list[ScenePlan]:
    """Scenes of one kind."""
    return [plan_scene(4, index, 1, 0.0, (kind,)) for index in range(count)]


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_every_kind_is_planned_from_seed_and_number(kind: str) -> None:
    """Each scene of a kind names it, survives JSON, and has a cloth for each of its layers."""
    for plan in plans_of(kind, 12):
        assert plan.kind == plan.shown_kind == kind
        assert json.loads(json.dumps(asdict(plan)))["kind"] == kind
        assert len(plan.under_fabrics) >= len(list_layers(plan.garment)) - 1
    assert plan_scene(4, 7, 1, 0.0, (kind,)) == plans_of(kind, 8)[7]


def test_kinds_come_equally_often_and_each_is_held_out() -> None:
    """In four times as many rounds as kinds, each has its quarter of garments for validation."""
    kinds = ",".join(SCENE_KINDS)
    job = Job(
        Path("unused"), 4 * len(SCENE_KINDS), 3, val_share=0.25, scenes_per_garment=1, kinds=kinds
    )
    plans = plan_job(job)
    assert Counter(plan.kind for plan in plans) == dict.fromkeys(SCENE_KINDS, 4)
    held = Counter(plan.kind for plan in plans if choose_split(job, plan) == "val")
    assert held == dict.fromkeys(SCENE_KINDS, 1)


def test_what_is_no_garment_is_not_dressed() -> None:
    """What data sets take for kinds without a garment wears at most a tape; all else is dressed."""
    assert {kind for kind in SCENE_KINDS if shows_no_garment(kind)} == {"undressed", "empty-set"}
    for kind in SCENE_KINDS:
        bare = shows_no_garment(kind)
        for plan in plans_of(kind, 10):
            assert (plan.garment.kind == "bare") == bare
            if bare:
                assert not any(worn.garment for worn in plan.accessories)


def test_kinds_show_what_they_are_named_for() -> None:
    """Mirrors, crowds, layers, trains, bent arms, hangers, tags and small garments are there."""
    assert all("mirror" in {t.shape for t in p.room.things} for p in plans_of("mirror") if p.room)
    assert np.mean([len(p.room.things) for p in plans_of("busy-room") if p.room]) > 5
    assert all(p.garment.under is not None for p in plans_of("below"))
    assert all(p.garment.hem_z_m - p.garment.train_m < 0.35 for p in plans_of("train"))
    assert {p.garment.form.pose for p in plans_of("hands")} >= {"hip", "hips", "waist", "clasped"}
    assert {p.shown for p in plans_of("hanger")} == {"hanger", "clip"}
    assert all(p.camera.fill < 0.45 for p in plans_of("small"))
    assert all(max(p.fabric.colours[0]) < 0.2 for p in plans_of("black-on-black"))
    assert all(p.fabric.cover < 1 or p.fabric.net for p in plans_of("sheer"))
    worn = {a.shape for p in plans_of("layered") for a in p.accessories}
    assert worn >= {"scarf", "tie", "hat"}


@pytest.mark.parametrize("kind", ["busy-room", "second-garment", "small"])
def test_a_room_whose_wall_moved_has_nothing_of_the_old_one(kind: str) -> None:
    """Fittings are on the wall that is there, and what stood in the room is whole before it."""
    kept = 0
    for plan in plans_of(kind, 170):
        back = plan.backdrop_distance_m
        for thing in plan.room.things if plan.room is not None else ():
            y = thing.place[1]
            if thing.shape in ("window", "curtain") or thing.size[0] == 16:
                assert back - 0.125 < y < back
            elif thing.shape in ("shelf", "rack", "case", "steps"):
                assert y < back
                kept += 1
    assert kept > 10


def test_an_open_parasol_stands_behind_or_beside() -> None:
    """However a parasol leans, its canopy is not between the garment and the camera."""
    found = 0
    for plan in plans_of("busy-room", 80):
        for thing in plan.room.things if plan.room is not None else ():
            if thing.shape == "parasol":
                tilt, turn = np.radians(thing.tilt_deg), np.radians(thing.turn_deg)
                canopy = thing.place[1] - 0.85 * thing.size[2] * np.sin(tilt) * np.cos(turn)
                assert canopy > 0.05
                found += 1
    assert found > 10


@pytest.mark.parametrize("shape", SHAPES)
def test_props_are_whole_and_about_their_size(shape: str) -> None:
    """Every prop is a mesh of finite vertices, and stays near its box."""
    for number in range(3):
        for part in build_prop(shape, np.random.default_rng(number)):
            assert np.isfinite(part.mesh.vertices).all()
            assert part.mesh.quads.max() < len(part.mesh.vertices)
            assert np.abs(part.mesh.vertices).max() < 1.35


def test_a_mirror_has_no_gap() -> None:
    """The pane of either form of mirror, round or square, is as large as its outline."""
    for number in range(6):
        (pane,) = [p for p in build_prop("mirror", np.random.default_rng(number))
                   if p.role == "mirror"]  # fmt: skip
        corner = pane.mesh.vertices[pane.mesh.quads][..., [0, 2]]
        one, two = corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1]
        area = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum() / 2
        low, high = pane.mesh.vertices.min(0), pane.mesh.vertices.max(0)
        assert area > 0.9 * (high[0] - low[0]) * (high[2] - low[2])


@pytest.mark.parametrize("shape", ["tie", "stole", "bow"])
def test_accessories_lie_before_the_body(shape: str) -> None:
    """What is worn at the front comes to lie before the cloth there, never inside the form."""
    form = FormPlan("figure")
    skin = form_mesh(form, 0.03)
    front = measure_front(form, skin.vertices)
    mesh = build_accessory(shape, form, front, 3)
    assert np.isfinite(mesh.vertices).all()
    low = mesh.vertices[(np.abs(mesh.vertices[:, 0]) < 0.05) & (mesh.vertices[:, 2] < 1.4)]
    assert len(low) > 50
    assert (low[:, 1] < front(low[:, 0], low[:, 2]) + 0.035).all()


@pytest.mark.parametrize("net", NETS)
def test_nets_let_through_between_their_threads(net: str) -> None:
    """Lace and its like hide nearly all in places, little in others, and repeat without a seam."""
    cover = draw_cover(FabricPlan("plain", COLOURS, 1.0, 0.8, 0.1, 0.2, 3, cover=0.3, net=net))
    assert cover.min() >= 0
    assert cover.max() <= 1
    assert 0.1 < cover.mean() < 0.95
    if net != "tulle":
        assert cover.max() > 0.85
        assert cover.min() < 0.4
    inside = np.abs(np.diff(cover, axis=0)).mean(1).max()
    assert np.abs(cover[0] - cover[-1]).mean() <= inside * 1.5 + 0.02


def test_a_train_lies_on_the_floor() -> None:
    """What hangs below the floor comes to lie on it, further out, and above it nothing moves."""
    points = np.array([[0.3, 0.0, 0.5], [0.3, 0.0, -0.2], [0.0, 0.3, -0.6], [0.0, -0.3, -0.1]])
    laid = lay_on_floor(points, 1.0)
    assert np.array_equal(laid[0], points[0])
    assert ((laid[1:, 2] > 0) & (laid[1:, 2] < 0.06)).all()
    assert (np.hypot(*laid[1:, :2].T) > 0.32).all()
    assert hem_height(0.0, 0.5, points[2:3])[0] < hem_height(0.0, 0.5, points[3:4])[0]


def test_fringe_hangs_from_the_hem_and_fuzz_from_all_over() -> None:
    """Strands reach their length below the hem; each has one place in the pattern."""
    plan = outfits()[2].garment
    mesh = sew(cut_skirt(plan)).mesh
    at_hem = mesh.vertices[:, 2] < plan.hem_z_m + 0.03
    fringe = hang_fringe(mesh, at_hem, length_m=0.1, gap_m=0.0, seed=1)
    assert len(fringe.quads) > 400
    assert plan.hem_z_m - 0.12 < fringe.vertices[:, 2].min() < plan.hem_z_m - 0.08
    fuzz = raise_fuzz(mesh, length_m=0.01, count=50, seed=1)
    uv = spread_uv(fuzz, 1)
    assert uv.shape == (150, 4, 2)
    assert len(np.unique(uv[:, 0], axis=0)) == 50


@pytest.mark.parametrize("pose", ["hip", "hips", "waist", "clasped"])
def test_resting_hands_touch_no_skin_but_come_near(pose: str) -> None:
    """The fingertips of a resting hand lie a few centimetres off the form's own front or side."""
    form = FormPlan("figure", pose=pose)
    torso = form_mesh(FormPlan("bust"), 0.02).vertices
    tips = np.array(arm_joints(form, 1)[3])
    assert 0.01 < np.linalg.norm(torso - tips, axis=1).min() < 0.12


def test_an_unknown_kind_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A kind that does not exist ends with 2 and the list of those that do."""
    assert main(["studio", str(tmp_path / "out"), "--kinds", "busy-room,beach"]) == 2
    said = capsys.readouterr().err
    assert "beach" in said
    assert "second-garment" in said
