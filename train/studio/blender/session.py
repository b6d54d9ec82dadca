"""The Blender session: loading it, emptying it, and making mesh objects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.mesh import Mesh


def start(threads: int) -> None:
    """Empty Blender and set up CPU Cycles for small pictures."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.cycles.device = "CPU"
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_prefilter = "NONE"
    scene.cycles.denoising_quality = "FAST"
    scene.cycles.use_light_tree = False  # With five lights at most, sampling them all is quicker.
    scene.cycles.max_bounces = 3
    scene.cycles.diffuse_bounces = 2
    scene.cycles.glossy_bounces = 2
    scene.cycles.transmission_bounces = 0
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.use_persistent_data = True  # The coverage pass reuses the picture's geometry.
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.view_settings.view_transform = "Raw"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Blender's own progress lines, which it prints past Python, off standard output."""
    kept, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)


def clear() -> None:
    """Remove every object, mesh, material, image, light and camera."""
    for kind in ("objects", "meshes", "materials", "images", "lights", "cameras", "worlds"):
        items = getattr(bpy.data, kind)
        for item in list(items):
            if kind == "images" and item.filepath:
                Path(item.filepath).unlink(missing_ok=True)
            items.remove(item)


def mesh_object(
    name: str, mesh: Mesh, uv: Float64Array | None = None, *, smooth: bool = True
) -> Any:
    """Link an object made from a mesh; `uv` is (M, 4, 2)."""
    data = bpy.data.meshes.new(name)
    count = len(mesh.quads)
    data.vertices.add(len(mesh.vertices))
    data.vertices.foreach_set("co", mesh.vertices.astype(np.float32).ravel())
    data.loops.add(count * 4)
    data.loops.foreach_set("vertex_index", mesh.quads.astype(np.int32).ravel())
    data.polygons.add(count)
    data.polygons.foreach_set("loop_start", np.arange(0, count * 4, 4, dtype=np.int32))
    if uv is not None:
        layer = data.uv_layers.new(name="cloth")
        layer.data.foreach_set("uv", uv.astype(np.float32).ravel())
    data.update(calc_edges=True)
    data.validate()
    data.polygons.foreach_set("use_smooth", np.full(len(data.polygons), smooth))
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    return made
