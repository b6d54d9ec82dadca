"""Objects of the surroundings in Blender; all of them count as background."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from train.studio.blender.mannequin import MANNEQUIN
from train.studio.blender.material import fabric_material, grain, linear, plain
from train.studio.blender.session import mesh_object
from train.studio.geometry.dress_form import form_mesh
from train.studio.geometry.mesh import Mesh, join
from train.studio.geometry.props import build_prop
from train.studio.geometry.stand import stand
from train.studio.plans.form import FormPlan
from train.studio.plans.palette import Colour
from train.studio.plans.room import ObjectPlan
from train.studio.plans.scene import FabricPlan, ScenePlan

METALS: tuple[Colour, ...] = ((0.83, 0.66, 0.3), (0.75, 0.75, 0.77), (0.07, 0.07, 0.07))
LEAVES: tuple[Colour, ...] = ((0.2, 0.33, 0.14), (0.32, 0.42, 0.25), (0.45, 0.5, 0.36))


def place_object(plan: ObjectPlan, floor_z_m: float, scene: ScenePlan) -> list[Any]:
    """Build one thing at its place; returns its objects, not yet turned with the room."""
    if plan.shape == "form":
        return [_second_form(plan, floor_z_m, scene)]
    x, y, z = plan.place
    stands = (
        Matrix.Translation((x, y, z + floor_z_m))
        @ Matrix.Rotation(np.radians(plan.turn_deg), 4, "Z")
        @ Matrix.Rotation(np.radians(plan.tilt_deg), 4, "X")
    )
    made = []
    for part in build_prop(plan.shape, np.random.default_rng([plan.seed, 61])):
        scaled = Mesh(part.mesh.vertices * np.array(plan.size), part.mesh.quads)
        item = mesh_object(plan.shape, scaled, smooth=part.smooth)
        item.data.materials.append(_role_material(plan, part.role))
        item.matrix_world = stands
        made.append(item)
    return made


def _role_material(plan: ObjectPlan, role: str) -> Any:
    """Return the material of a part: the thing's own, its second colour, metal, leaf or mirror."""
    if role == "mirror":
        return plain("mirror", (0.93, 0.94, 0.93), 0.01 + 0.02 * (plan.seed % 3), 1.0)
    if role == "metal":
        return plain("metal", METALS[plan.seed % len(METALS)], 0.25, 1.0)
    if role == "second":
        return plain(f"{plan.shape} second", plan.second, plan.roughness, plan.metallic)
    if role == "green":
        return plain("leaf", LEAVES[plan.seed % len(LEAVES)], 0.5)
    return _material(plan)


def _material(plan: ObjectPlan) -> Any:
    if plan.glow:
        return _glowing(plan)
    if plan.pattern in ("plain", "grain"):
        material = plain(plan.shape, plan.colour, plan.roughness, plan.metallic)
        if plan.pattern == "grain":
            grain(material, plan.colour)
        return material
    print_ = FabricPlan(
        pattern=plan.pattern,
        colours=(plan.colour, plan.second, plan.colour[::-1]),
        scale=1.0 + plan.seed % 4,
        roughness=plan.roughness,
        sheen=0.0,
        weave=0.1,
        seed=plan.seed,
    )
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
