"""Objects of the surroundings in Blender; all of them count as background."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from train.arrays import Float64Array
from train.studio.blender.mannequin import MANNEQUIN
from train.studio.blender.material import fabric_material, grain, linear, plain
from train.studio.blender.session import mesh_object
from train.studio.geometry.dress_form import form_mesh, stand
from train.studio.geometry.mesh import Mesh, join, lathe
from train.studio.plans.form import FormPlan
from train.studio.plans.scene import FabricPlan, ObjectPlan, ScenePlan

SHAPES = (
    "box", "cylinder", "sphere", "vase", "table", "shelf", "frame", "window", "curtain", "rack",
    "plant", "lamp", "form", "case", "chair", "steps",
)  # fmt: skip


def place_object(plan: ObjectPlan, floor_z_m: float, scene: ScenePlan) -> list[Any]:
    """Build one thing at its place; returns its objects, not yet turned with the room."""
    if plan.shape == "form":
        return [_second_form(plan, floor_z_m, scene)]
    mesh = _unit_mesh(plan)
    scaled = Mesh(mesh.vertices * np.array(plan.size), mesh.quads)
    made = mesh_object(plan.shape, scaled, smooth=plan.shape in ("sphere", "vase", "curtain"))
    made.data.materials.append(_material(plan))
    x, y, z = plan.place
    made.matrix_world = Matrix.Translation((x, y, z + floor_z_m)) @ Matrix.Rotation(
        np.radians(plan.turn_deg), 4, "Z"
    )
    return [made]


def _material(plan: ObjectPlan) -> Any:
    if plan.glow:
        return _glowing(plan)
    if plan.pattern in ("plain", "grain"):
        material = plain(plan.shape, plan.colour, plan.roughness, plan.metallic)
        if plan.pattern == "grain":
            grain(material, plan.colour)
        return material
    print_ = FabricPlan(
        plan.pattern, (plan.colour, plan.second, plan.colour[::-1]), 1.0 + plan.seed % 4,
        plan.roughness, 0.0, 0.1, plan.seed,
    )  # fmt: skip
    return fabric_material(plan.shape, print_, coordinates="Object")


def _glowing(plan: ObjectPlan) -> Any:
    """Shines into the camera without being sampled as a lamp, which would only add noise."""
    material = bpy.data.materials.new(plan.shape)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(plan.colour)
    shader.inputs["Emission Color"].default_value = linear(plan.colour)
    shader.inputs["Emission Strength"].default_value = plan.glow
    material.cycles.emission_sampling = "NONE"
    return material


def _second_form(plan: ObjectPlan, floor_z_m: float, scene: ScenePlan) -> Any:
    """Build a bare mannequin in the background, labelled as mannequin."""
    kind = ("bust", "figure", "legs")[plan.seed % 3]
    same = scene.garment.form if scene.garment.form.kind == kind else FormPlan(kind)
    made = mesh_object("second", join([form_mesh(same, 0.017), stand(same, "disc")]))
    made.data.materials.append(plain("second", plan.colour, plan.roughness, plan.metallic))
    made.pass_index = MANNEQUIN
    x, y, z = plan.place
    made.matrix_world = Matrix.Translation((x, y, z + floor_z_m)) @ Matrix.Rotation(
        np.radians(plan.turn_deg), 4, "Z"
    )
    return made


def _unit_mesh(plan: ObjectPlan) -> Mesh:
    """Return the shape in a box of 1 x 1 x 1 that stands on the origin."""
    rng = np.random.default_rng([plan.seed, 61])
    simple = {
        "box": _box, "case": lambda: _bars(0.025), "window": lambda: _panes(rng),
        "frame": _box, "cylinder": lambda: _turned([(0.5, 0.0), (0.5, 1.0)]),
        "lamp": _lamp, "vase": lambda: _vase(rng), "sphere": _ball, "curtain": lambda: _folds(rng),
        "shelf": lambda: _shelf(rng), "rack": lambda: _rack(rng), "plant": lambda: _plant(rng),
        "table": lambda: _table(0.06), "chair": _chair, "steps": _steps,
    }  # fmt: skip
    return simple[plan.shape]()


def _box(
    low: tuple[float, float, float] = (-0.5, -0.5, 0.0),
    high: tuple[float, float, float] = (0.5, 0.5, 1.0),
) -> Mesh:
    corner = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    quads = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    )
    return Mesh(np.array(low) + corner * (np.array(high) - np.array(low)), quads)


def _turned(profile: list[tuple[float, float]]) -> Mesh:
    return lathe([(0.0, profile[0][1]), *profile, (0.0, profile[-1][1])], 24)


def _ball() -> Mesh:
    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    return _turned([(0.5 * float(np.cos(a)), 0.5 + 0.5 * float(np.sin(a))) for a in angle])


def _vase(rng: np.random.Generator) -> Mesh:
    z = np.linspace(0, 1, 16)
    r = 0.3 + 0.18 * np.sin(z * rng.uniform(3, 6) + rng.uniform(0, 6))
    return _turned([(float(a), float(b)) for a, b in zip(r, z, strict=True)])


def _lamp() -> Mesh:
    return join([_turned([(0.5, 0.72), (0.3, 1.0)]), _turned([(0.03, 0.0), (0.03, 0.75)]),
                   _turned([(0.28, 0.0), (0.28, 0.02)])])  # fmt: skip


def _bars(thick: float) -> Mesh:
    """Return the edges of a glass case; the glass itself would only add reflections."""
    h, t = 0.5, thick / 2
    parts = [_box((x * h - t, y * h - t, 0.0), (x * h + t, y * h + t, 1.0))
             for x in (-1, 1) for y in (-1, 1)]  # fmt: skip
    parts += [_box((-h, y * h - t, z - t), (h, y * h + t, z + t)) for y in (-1, 1) for z in (0, 1)]
    parts += [_box((x * h - t, -h, z - t), (x * h + t, h, z + t)) for x in (-1, 1) for z in (0, 1)]
    return join(parts)


def _panes(rng: np.random.Generator) -> Mesh:
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    return join(
        [_box((i / columns - 0.5 + 0.015, -0.5, j / rows + 0.015),
              ((i + 1) / columns - 0.515, 0.5, (j + 1) / rows - 0.015))
         for i in range(columns) for j in range(rows)]
    )  # fmt: skip


def _folds(rng: np.random.Generator) -> Mesh:
    x = np.linspace(-0.5, 0.5, 90)
    count = float(rng.uniform(5, 14))
    y = 0.35 * np.sin(2 * np.pi * count * x + 0.7 * np.sin(7 * x)) + 0.1 * np.sin(31 * x)
    low, high = np.stack([x, y, 0 * x], 1), np.stack([x, y, 0 * x + 1.0], 1)
    i = np.arange(len(x) - 1)
    return Mesh(np.concatenate([low, high]), np.stack([i, i + 1, i + 91, i + 90], 1))


def _shelf(rng: np.random.Generator) -> Mesh:
    """Boards with boxes and folded piles on them."""
    parts = [_box((-0.5, -0.5, 0.0), (-0.47, 0.5, 1.0)), _box((0.47, -0.5, 0.0), (0.5, 0.5, 1.0))]
    for row in range(4):
        z = row / 4
        parts.append(_box((-0.5, -0.5, z), (0.5, 0.5, z + 0.015)))
        x = -0.45
        while x < 0.38:
            wide, high = rng.uniform(0.03, 0.14), rng.uniform(0.05, 0.2)
            parts.append(_box((x, -0.4, z + 0.015), (x + wide, 0.3, z + 0.015 + high)))
            x += wide + rng.uniform(0.005, 0.1)
    return join(parts)


def _rack(rng: np.random.Generator) -> Mesh:
    """Return a rail on two posts with empty hangers."""
    parts = [_box((x, -0.05, 0.0), (x + 0.02, 0.05, 1.0)) for x in (-0.5, 0.48)]
    parts.append(_box((-0.5, -0.05, 0.985), (0.5, 0.05, 1.0)))
    for _ in range(int(rng.integers(3, 9))):
        x = float(rng.uniform(-0.45, 0.45))
        parts.append(_box((x, -0.03, 0.9), (x + 0.006, 0.03, 0.99)))
        parts.append(_box((x, -0.45, 0.875), (x + 0.01, 0.45, 0.9)))
    return join(parts)


def _plant(rng: np.random.Generator) -> Mesh:
    parts = [_turned([(0.2, 0.0), (0.28, 0.3)])]
    for _ in range(26):
        angle, lean = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 1.1)
        out = np.array([np.cos(angle) * np.sin(lean), np.sin(angle) * np.sin(lean), np.cos(lean)])
        parts.append(_leaf(np.array([0.0, 0.0, 0.28]), out * rng.uniform(0.3, 0.7)))
    return join(parts)


def _leaf(root: Float64Array, along: Float64Array) -> Mesh:
    side = np.cross(along, [0.0, 0.0, 1.0]) * 0.18
    middle = root + along * 0.6
    tip = root + along + np.array([0.0, 0.0, -0.08])
    corners = np.stack([root, middle + side, tip, middle - side])
    return Mesh(corners, np.array([[0, 1, 2, 3]]))


def _table(thick: float) -> Mesh:
    legs = [
        _box((x, y, 0.0), (x + 0.05, y + 0.05, 1.0)) for x in (-0.5, 0.45) for y in (-0.5, 0.45)
    ]
    return join([*legs, _box((-0.5, -0.5, 1 - thick), (0.5, 0.5, 1.0))])


def _chair() -> Mesh:
    seat = _table(0.08)
    low = Mesh(seat.vertices * np.array([1.0, 1.0, 0.5]), seat.quads)
    return join([low, _box((-0.5, 0.44, 0.5), (0.5, 0.5, 1.0))])


def _steps() -> Mesh:
    return join([_box((-0.5, -0.5 + i / 3, 0.0), (0.5, -0.5 + (i + 1) / 3, (i + 1) / 3))
                   for i in range(3)])  # fmt: skip
