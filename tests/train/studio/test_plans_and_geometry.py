"""The studio's parameters and geometry, which need no Blender."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, replace

import numpy as np
import pytest

from train.arrays import Float64Array
from train.studio.blender.framing import SENSOR_M, frame_garment
from train.studio.blender.garment import cut_garment, garment_key
from train.studio.camera_raw import develop
from train.studio.geometry.dress_form import form_mesh
from train.studio.geometry.fabric_tiles import draw_fabric
from train.studio.geometry.figure import figure_mesh, hair_mesh, shoe_meshes
from train.studio.geometry.mesh import Mesh, extract_surface
from train.studio.plans.demo_clip import outfits
from train.studio.plans.fabrics import PATTERNS
from train.studio.plans.form import FormPlan
from train.studio.plans.garments import assign_split, kind_of, plan_garment
from train.studio.plans.scene import KINDS, CameraPlan, FabricPlan, GarmentPlan
from train.studio.plans.scenes import plan_scene

BUST = FormPlan("bust")


def openings(mesh: Mesh) -> int:
    """How many separate rims a mesh has."""
    edges, count = np.unique(mesh.edges(), axis=0, return_counts=True)
    rim = edges[count == 1]
    label = np.arange(len(mesh.vertices))
    for _ in range(len(rim)):
        lowest = np.minimum(label[rim[:, 0]], label[rim[:, 1]])
        np.minimum.at(label, rim[:, 0], lowest)
        np.minimum.at(label, rim[:, 1], lowest)
    return len(np.unique(label[rim]))


def test_a_scene_is_decided_by_seed_and_number() -> None:
    """The same seed and number give the same scene, in any order; others give others."""
    first = [plan_scene(5, i) for i in (3, 0, 9)]
    again = [plan_scene(5, i) for i in (9, 3, 0)]
    assert first[0] == again[1]
    assert first[1] == again[2]
    assert plan_scene(6, 3) != first[0]
    assert first[1].garment != first[2].garment


def test_a_scene_survives_json() -> None:
    """Every parameter of a scene is written to its JSON as it is."""
    plan = plan_scene(5, 4)
    stored = json.loads(json.dumps(asdict(plan)))
    assert stored["camera"]["fill"] == plan.camera.fill
    assert stored["garment"]["kind"] == plan.garment.kind
    assert [light["name"] for light in stored["lights"]] == [light.name for light in plan.lights]


def test_kinds_come_equally_often() -> None:
    """Three rounds of garments hold each kind three times."""
    plans = [plan_garment(8, i, bare_share=0.0) for i in range(3 * len(KINDS))]
    assert Counter(plan.kind for plan in plans) == dict.fromkeys(KINDS, 3)


def test_what_is_worn_beneath_fits_the_same_mannequin() -> None:
    """A garment under another is on its form, is alone there, and comes with every outer kind."""
    plans = [plan_garment(8, i, bare_share=0.0) for i in range(150)]
    layered = [plan for plan in plans if plan.under is not None]
    assert 0.15 < len(layered) / len(plans) < 0.6
    assert {"coat", "jacket", "trousers", "skirt", "tshirt"} <= {plan.kind for plan in layered}
    for plan in layered:
        assert plan.under is not None
        assert plan.under.form == plan.form
        assert plan.under.under is None
        assert garment_key(plan) != garment_key(replace(plan, under=None))


def test_scenes_vary_as_shops_and_museums_do() -> None:
    """Rooms and paper, whole and headless figures, sheer cloth and tags all come in 300 scenes."""
    plans = [plan_scene(8, i) for i in range(300)]
    assert {plan.room is None for plan in plans} == {True, False}
    assert {plan.look.head for plan in plans} == {"none", "egg", "face"}
    assert {plan.look.arms for plan in plans} == {plan.look.legs for plan in plans} == {True, False}
    assert any(plan.look.facets for plan in plans)
    assert any(plan.look.wire for plan in plans)
    assert any(plan.fabric.cover < 1 for plan in plans)
    assert any("tag" in plan.props for plan in plans)
    shapes = {thing.shape for plan in plans if plan.room is not None for thing in plan.room.things}
    assert {"window", "curtain", "case", "rack", "form"} <= shapes


def test_a_share_of_garments_is_left_out() -> None:
    """With a bare share of one, only mannequins are shown."""
    assert {plan_garment(8, i, bare_share=1.0).kind for i in range(6)} == {"bare"}


def test_splits_are_by_garment_and_over_all_kinds() -> None:
    """A quarter of the garments are for validation, and in time every kind is among them."""
    splits = [assign_split(kind_of(2, i), i, 0.25) for i in range(8 * len(KINDS))]
    assert splits.count("val") == 2 * len(KINDS)
    assert {kind_of(2, i) for i, split in enumerate(splits) if split == "val"} == set(KINDS)
    assert {assign_split(kind_of(2, i), i, 1.0) for i in range(5)} == {"val"}
    assert {assign_split(kind_of(2, i), i, 0.0) for i in range(5)} == {"train"}


@pytest.mark.parametrize(
    ("plan", "rims"),
    [
        (outfits()[0].garment, 4),
        (replace(outfits()[1].garment, sleeve_m=0.0), 4),
        (outfits()[2].garment, 2),
        (outfits()[4].garment, 4),
        (GarmentPlan(0, "trousers", FormPlan("legs"), hem_z_m=0.1), 3),
        (replace(outfits()[3].garment, front="open"), 3),
    ],
    ids=["tshirt", "sleeveless", "skirt", "jumper", "trousers", "open jacket"],
)
def test_a_garment_is_one_cloth_with_its_openings(plan: GarmentPlan, rims: int) -> None:
    """Sleeves and legs belong to the shell; an open front joins neck and hem to one rim."""
    shell = cut_garment(plan)
    assert openings(shell.mesh) == rims
    assert 0 < (shell.held == 1).sum() < len(shell.held) / 2


def test_a_shown_mannequin_is_closed() -> None:
    """Head and hands join the body, flat cuts close it, wig and shoes have no holes either."""
    form = FormPlan("figure", arm_angle_deg=24, forearm_in_deg=60, forearm_forward=0.5)
    whole = figure_mesh(form, "face", arms=True, legs=True)
    assert openings(whole) == 0
    assert whole.vertices[:, 2].max() > 1.75
    torso = figure_mesh(form, "none", arms=False, legs=False)
    assert openings(torso) == 0
    assert torso.vertices[:, 2].min() == pytest.approx(0.6, abs=0.005)
    assert np.abs(torso.vertices[:, 0]).max() < 0.25
    assert openings(hair_mesh("long")) == 0
    assert openings(shoe_meshes(1)) == 0


def test_far_from_the_surface_the_field_is_not_needed() -> None:
    """Meshing a ball asks for a part of the grid only, and finds every point on its radius."""
    asked = 0

    def ball(points: Float64Array) -> Float64Array:
        nonlocal asked
        asked += len(points)
        distance: Float64Array = np.linalg.norm(points, axis=1) - 0.3
        return distance

    mesh = extract_surface(ball, np.full(3, -0.8), np.full(3, 0.8), 0.02)
    assert openings(mesh) == 0
    assert np.abs(np.linalg.norm(mesh.vertices, axis=1) - 0.3).max() < 1e-4
    assert asked < 84**3 / 2


def test_a_hem_is_straight() -> None:
    """The lowest rim of a cut skirt lies at the planned height to a millimetre."""
    plan = outfits()[2].garment
    mesh = cut_garment(plan).mesh
    low = mesh.vertices[mesh.rim() & (mesh.vertices[:, 2] < 0.8)]
    assert len(low) > 50
    assert np.abs(low[:, 2] - plan.hem_z_m).max() < 1e-3


def test_the_same_plan_is_cut_the_same() -> None:
    """Geometry has no hidden chance in it, and a garment's name changes with its cut."""
    plan = plan_garment(4, 2, bare_share=0.0)
    first, again = cut_garment(plan), cut_garment(plan)
    assert np.array_equal(first.mesh.vertices, again.mesh.vertices)
    assert np.array_equal(first.uv, again.uv)
    assert garment_key(plan) != garment_key(replace(plan, ease_m=plan.ease_m + 0.001))


def test_a_garment_starts_outside_its_mannequin() -> None:
    """No vertex of a cut T-shirt lies deeper in the dress form than the solver can mend."""
    plan = outfits()[0].garment
    cloth, form = cut_garment(plan).mesh, form_mesh(BUST)
    beside = cloth.vertices[np.abs(cloth.vertices[:, 0]) < 0.15]
    nearest = np.argmin(((beside[:, None] - form.vertices[None]) ** 2).sum(-1), axis=1)
    outward = ((beside - form.vertices[nearest]) * form.normals()[nearest]).sum(-1)
    assert outward.min() > -0.004


@pytest.mark.parametrize("pattern", sorted(set(PATTERNS)))
def test_fabric_repeats_without_a_seam(pattern: str) -> None:
    """The step across a tile's edge is like the steps inside it."""
    colours = ((0.8, 0.2, 0.2), (0.9, 0.9, 0.9), (0.1, 0.1, 0.4))
    cloth = draw_fabric(FabricPlan(pattern, colours, 1.0, 0.8, 0.1, 0.2, seed=3))
    assert cloth.colour.min() >= 0
    assert cloth.colour.max() <= 1
    for axis in (0, 1):
        inside = np.abs(np.diff(cloth.colour, axis=axis)).mean(axis=(1 - axis, 2))
        across = np.abs(cloth.colour.take(0, axis) - cloth.colour.take(-1, axis)).mean()
        assert across <= inside.max() * 1.5 + 0.02


@pytest.mark.parametrize("fill", [0.5, 0.9, 1.3])
def test_the_garment_fills_the_share_of_the_frame_asked_for(fill: float) -> None:
    """The larger side of the garment's box takes the planned share of the picture."""
    points = cut_garment(outfits()[0].garment).mesh.vertices
    plan = CameraPlan(10.0, 3.0, 60.0, fill, (0.2, -0.2), landscape=False)
    camera = frame_garment(plan, points, 300, 400)
    depth = (camera.place - points) @ camera.back
    half = np.array([0.75, 1.0]) * SENSOR_M / 2 / 0.06
    flat = np.stack(
        [(points - camera.place) @ camera.right, (points - camera.place) @ camera.up], 1
    )
    flat = flat / depth[:, None] / half
    assert float((flat.max(0) - flat.min(0)).max() / 2) == pytest.approx(fill, rel=0.03)
    if fill < 1:
        assert np.abs(flat).max() < 1


def test_a_mirrored_pane_only_adds_light() -> None:
    """A shop window's reflection makes no pixel darker, and some of them clearly brighter."""
    plan = plan_scene(5, 4).exposure
    grey = np.full((60, 40, 3), 0.2)
    calm = replace(plan, veil=0.0, sharpen=0.0, read_noise=0.0, shot_noise=0.0)
    through = develop(grey, calm).astype(int)
    mirrored = develop(grey, replace(calm, veil=0.3)).astype(int)
    assert (mirrored >= through).all()
    assert (mirrored - through).max() > 20
