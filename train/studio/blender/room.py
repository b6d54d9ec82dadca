"""Surroundings in Blender: floor, wall and the things that stand about."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from train.studio.blender.furniture import place_object
from train.studio.blender.material import grain, linear, plain
from train.studio.blender.session import mesh_object
from train.studio.geometry.mesh import Mesh
from train.studio.plans.palette import Colour
from train.studio.plans.room import RoomPlan
from train.studio.plans.scene import ScenePlan

# Width and height of one brick, plank or tile in metres, and how far each row is offset.
BRICKS = {
    "brick": (0.24, 0.075, 0.5), "tiles": (0.3, 0.3, 0.0), "planks": (1.3, 0.13, 0.37),
    "panels": (0.9, 2.6, 0.0), "boards": (0.14, 3.0, 0.0),
}  # fmt: skip


def build_room(room: RoomPlan, plan: ScenePlan) -> None:
    """Floor, wall and things, turned so that the wall is behind the subject."""
    turn = np.radians(plan.camera.azimuth_deg)
    floor_z, back = -room.plinth_m, plan.backdrop_distance_m
    floor = _sheet("floor", (0.0, 0.0, floor_z), (16.0, 18.0), upright=False)
    floor.data.materials.append(
        _surface(room.floor, room.floor_colour, room.second, (0.0, 0.0, np.pi / 2 * room.turned))
    )
    wall = _sheet("wall", (0.0, back, floor_z), (16.0, 5.0), upright=True)
    wall.data.materials.append(
        _surface(room.wall, plan.backdrop_colour, room.second, (-np.pi / 2, 0.0, 0.0))
    )
    made = [floor, wall]
    for thing in room.things:
        made += place_object(thing, floor_z, plan)
    for item in made:
        item.matrix_world = Matrix.Rotation(turn, 4, "Z") @ item.matrix_world


def _sheet(
    name: str, place: tuple[float, float, float], size: tuple[float, float], *, upright: bool
) -> Any:
    wide, high = size[0] / 2, size[1]
    if upright:
        corners = [(-wide, 0.0, 0.0), (wide, 0.0, 0.0), (wide, 0.0, high), (-wide, 0.0, high)]
    else:
        low, high = -high / 2, high / 2
        corners = [(-wide, low, 0.0), (wide, low, 0.0), (wide, high, 0.0), (-wide, high, 0.0)]
    made = mesh_object(name, Mesh(np.array(corners, float), np.array([[0, 1, 2, 3]])))
    made.location = place
    bpy.context.view_layer.update()
    return made


def _surface(
    pattern: str, colour: Colour, second: Colour, turn_rad: tuple[float, float, float]
) -> Any:
    material = plain(pattern, colour, 0.35 if pattern in ("planks", "tiles", "gloss") else 0.85)
    if pattern == "stone":
        grain(material, colour, second, 2.0)
    if pattern not in BRICKS:
        return material
    nodes, links = material.node_tree.nodes, material.node_tree.links
    place, turn = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    brick = nodes.new("ShaderNodeTexBrick")
    turn.inputs["Rotation"].default_value = turn_rad
    width_m, height_m, offset = BRICKS[pattern]
    brick.offset = offset
    brick.inputs["Scale"].default_value = 1.0
    brick.inputs["Brick Width"].default_value = width_m
    brick.inputs["Row Height"].default_value = height_m
    brick.inputs["Mortar Size"].default_value = 0.006 if pattern == "brick" else 0.002
    brick.inputs["Color1"].default_value = linear(colour)
    lighter = tuple(min(1.0, c * 1.18 + 0.02) for c in colour)
    brick.inputs["Color2"].default_value = linear((lighter[0], lighter[1], lighter[2]))
    brick.inputs["Mortar"].default_value = linear(second)
    links.new(place.outputs["Object"], turn.inputs["Vector"])
    links.new(turn.outputs["Vector"], brick.inputs["Vector"])
    links.new(brick.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return material
