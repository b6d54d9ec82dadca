"""Blender materials: fabrics from drawn tiles, mannequin surfaces, stand and backdrop."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from train.arrays import Float64Array
from train.studio.blender.sheer import describe_cover, is_sheer, let_through
from train.studio.geometry.fabric_tiles import TILE_PX, draw_fabric
from train.studio.plans.mannequins import FINISHES
from train.studio.plans.palette import Colour
from train.studio.plans.scene import FabricPlan, ScenePlan

_numbers = count()
BACKGROUND_PX = 192
ROUGHNESS = {
    "linen": 0.9, "jersey": 0.85, "gloss": 0.16, "skin": 0.45, "matt": 0.6, "chrome": 0.18,
    "wood": 0.35,
}  # fmt: skip


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """Scene-linear RGBA of an sRGB colour."""
    c = np.array(colour)
    r, g, b = np.where(c > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
    return float(r), float(g), float(b), 1.0


def _principled(name: str) -> tuple[Any, Any]:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    return material, material.node_tree.nodes["Principled BSDF"]


def plain(name: str, colour: Colour, roughness: float, metallic: float = 0.0) -> Any:
    """Return a material of one colour."""
    material, shader = _principled(name)
    shader.inputs["Base Color"].default_value = linear(colour)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Metallic"].default_value = metallic
    return material


def finish_material(name: str) -> Any:
    """Return the material of one of the FINISHES."""
    colour, roughness, metallic = FINISHES[name]
    material = plain(name, colour, roughness, metallic)
    if name in ("wood", "walnut"):
        grain(material, colour)
    return material


def form_material(plan: ScenePlan) -> Any:
    """Return the material of a mannequin's skin: linen and jersey are woven, others smooth."""
    roughness = ROUGHNESS[plan.form_surface]
    metallic = 0.9 if plan.form_surface == "chrome" else 0.0
    material = plain("form", plan.form_colour, roughness, metallic)
    if plan.form_surface == "wood":
        grain(material, plan.form_colour)
    if plan.form_surface in ("linen", "jersey"):
        nodes, links = material.node_tree.nodes, material.node_tree.links
        noise, bump = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeBump")
        place = nodes.new("ShaderNodeTexCoord")
        noise.inputs["Scale"].default_value = 260.0 if plan.form_surface == "linen" else 400.0
        bump.inputs["Strength"].default_value = 0.25
        bump.inputs["Distance"].default_value = 0.002
        links.new(place.outputs["Object"], noise.inputs["Vector"])
        links.new(noise.outputs["Fac"], bump.inputs["Height"])
        links.new(bump.outputs["Normal"], nodes["Principled BSDF"].inputs["Normal"])
    return material


def grain(material: Any, colour: Colour, second: Colour | None = None, scale: float = 3.0) -> None:
    """Paint wood grain, or with a second colour marble and concrete, onto a plain material."""
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    place, stretch = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    dark = tuple(c * 0.55 for c in colour) if second is None else second
    stretch.inputs["Scale"].default_value = (6.0, 6.0, 0.7) if second is None else (1.0,) * 3
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = 5.0
    noise.inputs["Distortion"].default_value = 1.2
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.35, 0.65
    ramp.color_ramp.elements[0].color = linear((dark[0], dark[1], dark[2]))
    ramp.color_ramp.elements[1].color = linear(colour)
    links.new(place.outputs["Object"], stretch.inputs["Vector"])
    links.new(stretch.outputs["Vector"], noise.inputs["Vector"])
    links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])


def fabric_material(name: str, plan: FabricPlan, coordinates: str = "cloth") -> Any:
    """Return a material with a drawn tile as colour, and threads and wrinkles as bump.

    `coordinates` is the UV layer of a garment, or `Object` for what has none.
    """
    cloth = draw_fabric(plan, BACKGROUND_PX if coordinates == "Object" else TILE_PX)
    material, shader = _principled(name)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader.inputs["Roughness"].default_value = plan.roughness
    shader.inputs["Sheen Weight"].default_value = plan.sheen
    shader.inputs["Specular IOR Level"].default_value = 0.3
    scale = nodes.new("ShaderNodeMapping")
    scale.inputs["Scale"].default_value = (1 / cloth.tile_m,) * 3
    colour, height = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeTexImage")
    if coordinates == "Object":
        place = nodes.new("ShaderNodeTexCoord")
        links.new(place.outputs["Object"], scale.inputs["Vector"])
        colour.projection = height.projection = "BOX"
        colour.projection_blend = height.projection_blend = 0.3
    else:
        place = nodes.new("ShaderNodeUVMap")
        place.uv_map = coordinates
        links.new(place.outputs["UV"], scale.inputs["Vector"])
    colour.image = load_picture(f"{name}-colour", cloth.colour, "sRGB")
    height.image = load_picture(
        f"{name}-height", np.repeat(cloth.height[..., None], 3, 2), "Non-Color"
    )
    wrinkle, threads = nodes.new("ShaderNodeBump"), nodes.new("ShaderNodeBump")
    noise, where = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeTexCoord")
    noise.inputs["Scale"].default_value = 9.0
    noise.inputs["Detail"].default_value = 3.0
    noise.inputs["Distortion"].default_value = 0.6
    wrinkle.inputs["Distance"].default_value = 0.010
    wrinkle.inputs["Strength"].default_value = 0.5
    threads.inputs["Distance"].default_value = 0.0015
    threads.inputs["Strength"].default_value = plan.weave
    links.new(scale.outputs["Vector"], colour.inputs["Vector"])
    links.new(scale.outputs["Vector"], height.inputs["Vector"])
    links.new(where.outputs["Object"], noise.inputs["Vector"])
    links.new(noise.outputs["Fac"], wrinkle.inputs["Height"])
    links.new(height.outputs["Color"], threads.inputs["Height"])
    links.new(wrinkle.outputs["Normal"], threads.inputs["Normal"])
    links.new(colour.outputs["Color"], shader.inputs["Base Color"])
    links.new(threads.outputs["Normal"], shader.inputs["Normal"])
    shader.inputs["Metallic"].default_value = plan.metallic
    if is_sheer(plan):
        describe_cover(material, plan, cloth.tile_m, load_picture)
        let_through(material, shader.outputs["BSDF"], material)
    return material


def load_picture(name: str, picture: Float64Array, space: str) -> Any:
    """Load a picture into Blender from a file of its own.

    Cycles keeps its data between the two renders of a scene and knows pictures by their path:
    a new path each time is what keeps one scene's fabric from turning up in the next.
    """
    path = Path(bpy.app.tempdir) / f"{name}-{next(_numbers)}.png"
    rows = np.round(picture[::-1] * 255).astype(np.uint8)
    Image.fromarray(rows).save(path, compress_level=1)
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = space
    return image


def flat_light(name: str, like: Any = None) -> Any:
    """Emits pure red, green or blue by pass index 1, 2 or 3 and nothing by index 0.

    It lets through what the material it stands for, `like`, lets through.
    """
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    info, out = nodes.new("ShaderNodeObjectInfo"), nodes.new("ShaderNodeOutputMaterial")
    emission, join = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeCombineColor")
    for index, channel in enumerate(("Red", "Green", "Blue"), start=1):
        same = nodes.new("ShaderNodeMath")
        same.operation = "COMPARE"
        same.inputs[1].default_value = float(index)
        same.inputs[2].default_value = 0.5
        links.new(info.outputs["Object Index"], same.inputs[0])
        links.new(same.outputs[0], join.inputs[channel])
    links.new(join.outputs[0], emission.inputs["Color"])
    links.new(emission.outputs[0], out.inputs["Surface"])
    if like is not None and "cover" in like:
        let_through(material, emission.outputs[0], like)
    return material
