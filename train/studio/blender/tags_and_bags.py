"""What a shop hangs onto a dressed mannequin: price tags and bags; none of it is garment."""

from __future__ import annotations

import numpy as np
from mathutils import Matrix

from train.arrays import Float64Array
from train.studio.blender.accessories import GARMENT
from train.studio.blender.garment import Garment
from train.studio.blender.material import plain
from train.studio.blender.session import mesh_object
from train.studio.geometry.dress_form import arm_joints
from train.studio.geometry.mesh import Mesh, join, lathe, lay_along
from train.studio.plans.scene import ScenePlan


def add_props(plan: ScenePlan, garment: Garment | None) -> None:
    """Hang the planned props; those that find no place are left out."""
    rng = np.random.default_rng([plan.seed, plan.index, 71])
    if garment is not None:
        for _ in range(plan.props.count("tag")):
            _add_tag(rng, garment, plan)
        if "label" in plan.props and plan.garment.kind not in ("trousers", "skirt"):
            _sew_label(rng, garment)
    carries = plan.garment.form.kind == "figure" and plan.look.arms and plan.shown == "form"
    if "bag" in plan.props and carries:
        _add_bag(rng, plan)
    if "necklace" in plan.props and plan.garment.form.kind != "legs" and plan.shown == "form":
        _add_necklace(rng)


def _card(width_m: float, height_m: float) -> Mesh:
    x, y = width_m / 2, height_m
    corners = np.array([(-x, 0, -y), (x, 0, -y), (x, 0, 0), (-x, 0, 0)], float)
    return Mesh(corners, np.array([[0, 1, 2, 3]]))


def _add_tag(rng: np.random.Generator, garment: Garment, plan: ScenePlan) -> None:
    """A card on a thread, hanging off the side of the cloth that the camera sees."""
    azimuth = np.radians(plan.camera.azimuth_deg)
    to_camera = np.array([np.sin(azimuth), -np.cos(azimuth), 0.0])
    points, normals = garment.mesh.vertices, garment.mesh.normals()
    facing = np.flatnonzero(normals @ to_camera > 0.6)
    if not len(facing):
        return
    at = points[int(rng.choice(facing))] + 0.018 * to_camera
    thread = float(rng.uniform(0.02, 0.08))
    string = lathe([(0.0007, 0.0), (0.0007, -thread)], 6)
    card = _card(float(rng.uniform(0.03, 0.055)), float(rng.uniform(0.045, 0.09)))
    shade = float(rng.choice(np.array([0.92, 0.85, 0.1])))
    for mesh, colour in (
        (string, (0.85, 0.85, 0.8)),
        (Mesh(card.vertices - [0, 0, thread], card.quads), (shade, shade, shade * 0.95)),
    ):
        made = mesh_object("tag", mesh)
        made.data.materials.append(plain("card", colour, 0.6))
        made.matrix_world = (
            Matrix.Translation(at.tolist())
            @ Matrix.Rotation(azimuth + float(rng.normal(0, 0.3)), 4, "Z")
            @ Matrix.Rotation(float(rng.normal(0, 0.12)), 4, "Y")
        )


def _sew_label(rng: np.random.Generator, garment: Garment) -> None:
    """A size label inside the back of the neck; sewn to the cloth, it is part of the garment."""
    points, normals = garment.mesh.vertices, garment.mesh.normals()
    behind = np.flatnonzero((np.abs(points[:, 0]) < 0.03) & (normals[:, 1] > 0.2))
    if not len(behind):
        return
    top = behind[int(np.argmax(points[behind, 2]))]
    wide, high = float(rng.uniform(0.02, 0.045)), float(rng.uniform(0.02, 0.05))
    card = _card(wide, high)
    shade = float(rng.choice(np.array([0.93, 0.85, 0.08])))
    made = mesh_object("label", card)
    made.data.materials.append(plain("label", (shade, shade, shade), 0.8))
    made.pass_index = GARMENT
    made.location = (points[top] + np.array([0.0, -0.006, -0.004])).tolist()


def _add_bag(rng: np.random.Generator, plan: ScenePlan) -> None:
    """A shopper hanging from one hand."""
    side = 1 if rng.random() < 0.5 else -1
    _, _, wrist, tips = (np.array(p) for p in arm_joints(plan.garment.form, side))
    grip = (wrist + tips) / 2
    wide, high = float(rng.uniform(0.2, 0.34)), float(rng.uniform(0.18, 0.3))
    drop = float(rng.uniform(0.1, 0.22))
    corner = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-wide / 2, wide / 2)
                       for z in (-drop - high, -drop)])  # fmt: skip
    quads = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    )
    parts = [Mesh(corner, quads)]
    for x in (-0.045, 0.045):
        for end in (-wide / 4, wide / 4):
            foot = np.array([x, end, -drop])
            strap = lathe([(0.005, 0.0), (0.005, float(np.linalg.norm(foot)))], 8)
            parts.append(lay_along(strap, -foot, foot))
    made = mesh_object("bag", join(parts), smooth=False)
    colours = ((0.3, 0.17, 0.09), (0.05, 0.05, 0.05), (0.75, 0.68, 0.55), (0.6, 0.1, 0.12))
    made.data.materials.append(plain("bag", colours[int(rng.integers(4))], 0.4))
    made.location = grip.tolist()


def _add_necklace(rng: np.random.Generator) -> None:
    """A string of beads about the neck."""
    bead = lathe(
        [(0.006 * float(np.cos(a)), 0.006 * float(np.sin(a))) for a in np.linspace(-1.5, 1.5, 6)], 8
    )
    reach = float(rng.uniform(0.075, 0.1))
    drop = float(rng.uniform(0.05, 0.16))
    places: list[Float64Array] = []
    for angle in np.linspace(0, 2 * np.pi, 46, endpoint=False):
        front = max(0.0, -np.sin(angle))
        places.append(
            np.array([reach * np.cos(angle), 0.01 + reach * 0.9 * np.sin(angle) - 0.05 * front,
                      1.465 - drop * front**1.5])
        )  # fmt: skip
    whole = join([Mesh(bead.vertices + place, bead.quads) for place in places])
    made = mesh_object("beads", whole)
    gold = bool(rng.random() < 0.5)
    made.data.materials.append(
        plain("beads", (0.83, 0.66, 0.3) if gold else (0.9, 0.88, 0.84), 0.25, 0.9 * gold)
    )
