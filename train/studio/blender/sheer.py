"""Cloth that lets through what lies behind it: tulle, lace, lace borders, scalloped hems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.cover_tiles import draw_cover
from train.studio.plans.scene import FabricPlan

SCALLOP_M = 0.045
"""Width of one scallop of a hem."""
# Loads a picture by name, its pixels and its colour space.
Load = Callable[[str, Float64Array, str], Any]


def is_sheer(plan: FabricPlan) -> bool:
    """Tell whether any of the cloth hides less than all."""
    return plan.cover < 1.0 or plan.scallop_m > 0


def describe_cover(material: Any, plan: FabricPlan, tile_m: float, load: Load) -> None:
    """Write onto a material what `let_through` needs, so that others can let through the same."""
    material["cover"], material["tile_m"] = plan.cover, tile_m
    material["border_m"], material["hem_m"] = plan.border_m, plan.hem_m
    material["scallop_m"], material["net"] = plan.scallop_m, ""
    if plan.net:
        tile = np.repeat(draw_cover(plan)[..., None], 3, axis=2)
        material["net"] = load("net", tile, "Non-Color").name


def let_through(material: Any, front: Any, like: Any) -> None:
    """Show `front` over what lies behind, by the cover that `like` describes at each point."""
    nodes, links = material.node_tree.nodes, material.node_tree.links
    mix, clear = nodes.new("ShaderNodeMixShader"), nodes.new("ShaderNodeBsdfTransparent")
    mix.inputs["Fac"].default_value = like["cover"]
    place = nodes.new("ShaderNodeUVMap")
    place.uv_map = "cloth"
    level: Any = None
    if like["net"]:
        scale, picture = nodes.new("ShaderNodeMapping"), nodes.new("ShaderNodeTexImage")
        scale.inputs["Scale"].default_value = (1 / like["tile_m"],) * 3
        picture.image = bpy.data.images[like["net"]]
        links.new(place.outputs["UV"], scale.inputs["Vector"])
        links.new(scale.outputs["Vector"], picture.inputs["Vector"])
        level = picture.outputs["Color"]
    if like["border_m"] or like["scallop_m"]:
        level = _at_hem(nodes, links, place.outputs["UV"], level, like)
    if level is not None:
        links.new(level, mix.inputs["Fac"])
    links.new(clear.outputs[0], mix.inputs[1])
    links.new(front, mix.inputs[2])
    links.new(mix.outputs[0], nodes["Material Output"].inputs["Surface"])


def _at_hem(nodes: Any, links: Any, uv: Any, level: Any, like: Any) -> Any:
    """Return the cover with the hem's scallops cut out and all above the border closed."""

    def compute(operation: str, first: Any, second: Any = None) -> Any:
        node = nodes.new("ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, (first, second), strict=False):
            if isinstance(value, float):
                socket.default_value = value
            elif value is not None:
                links.new(value, socket)
        return node.outputs[0]

    split = nodes.new("ShaderNodeSeparateXYZ")
    links.new(uv, split.inputs[0])
    across, up = split.outputs[0], split.outputs[1]
    if level is None:
        level = compute("ADD", float(like["cover"]), 0.0)
    if like["border_m"]:
        above = compute("GREATER_THAN", up, float(like["hem_m"] + like["border_m"]))
        # Sleeves count their length below zero: they are closed.
        sleeve = compute("LESS_THAN", up, 0.0)
        level = compute("MAXIMUM", level, compute("MAXIMUM", above, sleeve))
    if like["scallop_m"]:
        wave = compute("ABSOLUTE", compute("SINE", compute("MULTIPLY", across, np.pi / SCALLOP_M)))
        gap = compute("MULTIPLY", compute("SUBTRACT", 1.0, wave), float(like["scallop_m"]))
        edge = compute("ADD", gap, float(like["hem_m"]))
        cut = compute("MULTIPLY", compute("LESS_THAN", up, edge), compute("GREATER_THAN", up, 0.0))
        level = compute("MULTIPLY", level, compute("SUBTRACT", 1.0, cut))
    return level
