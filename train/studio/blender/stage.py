"""Set up one scene in Blender: backdrop, softboxes, mannequin, garment, camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import bpy
import numpy as np
from mathutils import Matrix, Vector

from train.arrays import Float64Array
from train.studio.blender.accessories import GARMENT, wear
from train.studio.blender.framing import Camera
from train.studio.blender.garment import Garment
from train.studio.blender.mannequin import build_mannequin, smooth
from train.studio.blender.material import fabric_material, plain
from train.studio.blender.matt_surfaces import simplify_rough_materials
from train.studio.blender.room import build_room
from train.studio.blender.session import clear, mesh_object
from train.studio.blender.sheer import is_sheer
from train.studio.blender.tags_and_bags import add_props
from train.studio.geometry.mesh import Mesh, lathe
from train.studio.geometry.strands import spread_uv
from train.studio.plans.scene import OUTERWEAR, LightPlan, ScenePlan


def build(
    plan: ScenePlan,
    layers: Sequence[Garment],
    detail: int = 1,
    pushed_m: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Everything but the camera, from empty.

    Args:
        plan: the scene.
        layers: what is worn, from the outside in.
        detail: the cloth's subdivision level.
        pushed_m: how far from its place the mannequin stands, along the floor's two axes; what is
            worn stays, so this is for a mannequin without a garment.
    """
    clear()
    if plan.room is None:
        _backdrop(plan)
    else:
        build_room(plan.room, plan)
    add_props(plan, layers[0] if layers else None)
    before = set(bpy.context.scene.objects)
    build_mannequin(plan, detail)
    for made in set(bpy.context.scene.objects) - before:
        made.location = made.location + Vector((*pushed_m, 0.0))
    _dress_layers(plan, layers, detail)
    wear(plan, layers)
    for light in plan.lights:
        _softbox(light, plan.camera.azimuth_deg)
    if plan.backdrop_glow:
        glow = LightPlan(
            name="glow",
            azimuth_deg=180.0,
            elevation_deg=8.0,
            distance_m=0.55,
            size_m=0.9,
            level=plan.backdrop_glow,
            warmth=0.0,
        )
        _softbox(glow, plan.camera.azimuth_deg, outward=True)
    world = bpy.data.worlds.new("room")
    world.use_nodes = True
    # A dark room still reflects a little of its own light.
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (*plan.ambient, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 1.0
    bpy.context.scene.world = world
    simplify_rough_materials()


def _dress_layers(plan: ScenePlan, layers: Sequence[Garment], detail: int) -> None:
    worn = plan
    for number, layer in enumerate(layers):
        if number:
            cloth = plan.under_fabrics[number - 1]
            worn = replace(
                worn, garment=worn.garment.under or worn.garment, fabric=cloth, trim=cloth
            )
        _dress(worn, layer, detail)


def _backdrop(plan: ScenePlan) -> None:
    """A paper sweep: floor, quarter circle, wall; turned so that it is behind the subject."""
    back, curve, width = plan.backdrop_distance_m, 0.6, 7.0
    bend = np.linspace(0, np.pi / 2, 14)
    y = np.concatenate([[-9.0, -2.0, 0.0], back + curve * np.sin(bend), [back + curve]])
    z = np.concatenate([[0.0, 0.0, 0.0], curve * (1 - np.cos(bend)), [6.0]])
    left = np.stack([np.full_like(y, -width), y, z], 1)
    right = left * np.array([-1.0, 1.0, 1.0])
    n = len(y)
    row = np.arange(n - 1)
    sweep = Mesh(np.concatenate([left, right]), np.stack([row, row + n, row + n + 1, row + 1], 1))
    made = mesh_object("backdrop", sweep)
    made.data.materials.append(plain("backdrop", plan.backdrop_colour, 0.85))
    made.rotation_euler = (0.0, 0.0, np.radians(plan.camera.azimuth_deg))


def _dress(plan: ScenePlan, garment: Garment, detail: int) -> None:
    cloth = mesh_object("garment", garment.mesh, garment.uv)
    cloth.data.materials.append(fabric_material("fabric", plan.fabric))
    cloth.data.materials.append(fabric_material("trim", plan.trim))
    cloth.data.polygons.foreach_set("material_index", garment.trim.astype(np.int32))
    cloth.pass_index = GARMENT
    thickness = 0.004 if plan.garment.kind in OUTERWEAR else 0.0025
    if not is_sheer(plan.fabric):
        solid = cloth.modifiers.new("thickness", "SOLIDIFY")
        solid.thickness, solid.offset = thickness, 1.0
    if detail:
        smooth(cloth, detail)
    else:
        # Without subdivision a rim would be shaded as a roll.
        split = cloth.modifiers.new("rims", "EDGE_SPLIT")
        split.split_angle = np.radians(55)
    if len(garment.buttons):
        _buttons(plan, garment)
    if len(garment.strands.quads):
        uv = spread_uv(garment.strands, plan.fabric.seed)
        strands = mesh_object("strands", garment.strands, uv, smooth=False)
        strands.data.materials.append(cloth.data.materials[0])
        strands.pass_index = GARMENT


def _buttons(plan: ScenePlan, garment: Garment) -> None:
    radius = garment.button_radius_m
    disc = lathe([(0, 0), (radius, 0), (radius, 0.002), (radius * 0.7, 0.003), (0, 0.0025)], 16)
    light = plan.fabric.seed % 3 == 0
    material = plain("button", (0.85, 0.83, 0.78) if light else (0.08, 0.07, 0.06), 0.3)
    for row in garment.buttons:
        made = mesh_object("button", disc)
        made.data.materials.append(material)
        made.pass_index = GARMENT
        made.matrix_world = Matrix(_facing(row[:3], row[3:]).tolist())


def _facing(place: Float64Array, normal: Float64Array) -> Float64Array:
    side = np.cross([0.0, 0.0, 1.0], normal)
    side = side / max(float(np.linalg.norm(side)), 1e-6)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = side, np.cross(normal, side), normal
    matrix[:3, 3] = place
    return matrix


def _softbox(plan: LightPlan, camera_azimuth_deg: float, *, outward: bool = False) -> None:
    """An area light whose strength is given as the light that reaches the subject."""
    azimuth = np.radians(plan.azimuth_deg + camera_azimuth_deg)
    elevation = np.radians(plan.elevation_deg)
    direction = np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            -np.cos(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )
    centre = np.array([0.0, 0.0, 1.1])
    data = bpy.data.lights.new(plan.name, "AREA")
    data.shape, data.size = "RECTANGLE", plan.size_m
    data.size_y = plan.size_m * 1.3
    # A Lambert emitter of power P gives P/(pi d^2) at distance d; white paper under an
    # irradiance of pi has radiance 1.
    data.energy = float(np.pi**2 * plan.distance_m**2 * plan.level)
    red, green, blue = plan.tint
    data.color = (red * (1.0 + plan.warmth), green, blue * (1.0 - plan.warmth))
    made = bpy.data.objects.new(plan.name, data)
    bpy.context.collection.objects.link(made)
    facing = direction if not outward else -direction
    place = centre + direction * plan.distance_m
    if not outward:
        place[2] = max(place[2], 0.5)
    made.matrix_world = Matrix(_facing(place, facing).tolist())
    made.visible_camera = False


def place_camera(camera: Camera, width_px: int, height_px: int) -> None:
    """Put the camera where the framing found it and set the picture size."""
    data = bpy.data.cameras.new("camera")
    data.lens, data.sensor_width, data.sensor_fit = camera.focal_mm, 36.0, "AUTO"
    if camera.f_stop:
        data.dof.use_dof = True
        data.dof.focus_distance, data.dof.aperture_fstop = camera.focus_m, camera.f_stop
    made = bpy.data.objects.new("camera", data)
    bpy.context.collection.objects.link(made)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = camera.right, camera.up, camera.back
    matrix[:3, 3] = camera.place
    made.matrix_world = Matrix(matrix.tolist())
    scene = bpy.context.scene
    scene.camera = made
    scene.render.resolution_x, scene.render.resolution_y = width_px, height_px
    scene.render.resolution_percentage = 100
