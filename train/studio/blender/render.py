"""Render a built scene twice: once as a picture, once as exact coverage of each object class."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from train.arrays import Float64Array
from train.studio.blender.material import flat_light

SHEER_SAMPLES = 3
"""How many times as many samples a picture with sheer cloth needs."""
SHEER_COVERAGE_SAMPLES = 48
"""Its alpha is a mean of as many chances."""


@dataclass(frozen=True)
class Shot:
    """One rendered picture.

    Attributes:
        linear: (H, W, 3) scene-linear light.
        coverage: (H, W, 3) share of each pixel on garment, mannequin and stand, 0..1.
    """

    linear: Float64Array
    coverage: Float64Array


def shoot(samples: int, coverage_samples: int = 32, take: int = 0) -> Shot:
    """Render the current scene; each take has its own noise."""
    scene = bpy.context.scene
    scene.cycles.seed = take
    # A sheer cloth hides or shows by chance in each sample, also in what guides the denoiser.
    sheer = any("cover" in material for material in bpy.data.materials)
    scene.cycles.denoising_prefilter = "ACCURATE" if sheer else "NONE"
    linear = _render(SHEER_SAMPLES * samples if sheer else samples, denoise=True)
    worn = _with_flat_materials()
    lights = [o for o in scene.objects if o.type == "LIGHT"]
    for light in lights:
        light.hide_render = True
    strength = scene.world.node_tree.nodes["Background"].inputs["Strength"]
    room, strength.default_value = strength.default_value, 0.0
    bounces, scene.cycles.max_bounces = scene.cycles.max_bounces, 0
    fewest = SHEER_COVERAGE_SAMPLES if sheer else 1
    coverage = _render(max(coverage_samples, fewest), denoise=False)
    for data, index, material in worn:
        data.materials[index] = material
    for light in lights:
        light.hide_render = False
    strength.default_value, scene.cycles.max_bounces = room, bounces
    return Shot(linear, np.clip(coverage, 0, 1))


def _with_flat_materials() -> list[tuple[Any, int, Any]]:
    """Give every object the material that shows its class; returns what each wore before."""
    opaque, worn = flat_light("coverage"), []
    for made in bpy.context.scene.objects:
        if made.type != "MESH":
            continue
        for index, material in enumerate(made.data.materials):
            worn.append((made.data, index, material))
            sheer = material is not None and "cover" in material
            flat = flat_light("sheer coverage", material) if sheer else opaque
            made.data.materials[index] = flat
    return worn


def _render(samples: int, *, denoise: bool) -> Float64Array:
    scene = bpy.context.scene
    scene.cycles.samples = samples
    scene.cycles.use_denoising = denoise
    # Every pixel of the coverage gets all its samples: their mean is the alpha.
    scene.cycles.use_adaptive_sampling = denoise
    scene.cycles.adaptive_threshold = 0.1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shot.exr"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(str(path))
        image.colorspace_settings.name = "Non-Color"
        width, height = image.size
        flat = np.empty(width * height * image.channels, np.float32)
        image.pixels.foreach_get(flat)
        bpy.data.images.remove(image)
    picture: Float64Array = flat.reshape(height, width, -1)[::-1, :, :3].astype(np.float64)
    return picture
