"""Let a sewn shell fall onto its mannequin with Blender's cloth solver."""

from __future__ import annotations

import bpy
import numpy as np

from train.arrays import Float64Array
from train.studio.blender.session import clear, mesh_object
from train.studio.geometry.garment_shell import Shell
from train.studio.geometry.mesh import Mesh

FRAMES = 22
SLACK = 0.05  # More cloth than the shell has room for is what makes folds.


def drape(shell: Shell, form: Mesh, stiffness: float) -> Float64Array:
    """Simulate about one second and return the shell's vertices (N, 3), metres.

    Args:
        shell: the cut garment; vertices held at 1 do not move.
        form: what the cloth collides with: the mannequin, and what it wears already.
        stiffness: bending stiffness; 0.05 is jersey, 2 is a lined jacket.
    """
    clear()
    body = mesh_object("form", form)
    collision = body.modifiers.new("collision", "COLLISION").id_data.collision
    collision.thickness_outer = 0.004
    collision.cloth_friction = 12.0
    cloth = mesh_object("cloth", shell.mesh)
    group = cloth.vertex_groups.new(name="held")
    levels = np.round(shell.held, 2)
    for level in np.unique(levels[levels > 0]):
        chosen = [int(i) for i in np.flatnonzero(levels == level)]
        group.add(chosen, float(level), "REPLACE")
    modifier = cloth.modifiers.new("cloth", "CLOTH")
    settings = modifier.settings
    settings.quality = 3
    settings.mass = 0.25
    settings.air_damping = 2.0
    settings.tension_stiffness = settings.compression_stiffness = 18.0
    settings.shear_stiffness = 6.0
    settings.bending_stiffness = stiffness
    settings.vertex_group_mass = "held"
    settings.shrink_min = -SLACK
    modifier.collision_settings.distance_min = 0.004
    modifier.collision_settings.collision_quality = 1  # The rest is pushed out.
    modifier.point_cache.frame_start, modifier.point_cache.frame_end = 1, FRAMES
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, FRAMES
    for frame in range(1, FRAMES + 1):
        scene.frame_set(frame)
    evaluated = cloth.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    flat = np.empty(len(evaluated.vertices) * 3, np.float32)
    evaluated.vertices.foreach_get("co", flat)
    fallen = flat.reshape(-1, 3).astype(np.float64)
    clear()
    return _push_out_of_body(fallen, form)


def _push_out_of_body(vertices: Float64Array, form: Mesh, gap_m: float = 0.004) -> Float64Array:
    """Lift what the solver left inside the mannequin back onto its skin."""
    body = mesh_object("form", form)
    bpy.context.view_layer.update()
    result = vertices.copy()
    for index, vertex in enumerate(vertices):
        found, place, normal, _ = body.closest_point_on_mesh(vertex, distance=0.05)
        if not found:
            continue
        depth = float(np.dot(vertex - np.array(place), np.array(normal)))
        if depth < gap_m:
            result[index] = np.array(place) + np.array(normal) * gap_m
    clear()
    return result
