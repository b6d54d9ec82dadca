"""The seams and measuring lines of a dress form, drawn by place alone."""

from __future__ import annotations

from typing import Any

LEVELS_M = (1.23, 1.06, 0.9)
"""Height of the tapes about bust, waist and hip."""
PRINCESS_M = 0.083
HALF_WIDTH_M = 0.0022


def draw_seams(material: Any, *, dark: bool) -> None:
    """Paint lines over a material's colour; `dark` ones on a light cover."""
    nodes, links = material.node_tree.nodes, material.node_tree.links
    colour = nodes["Principled BSDF"].inputs["Base Color"]

    def compute(operation: str, first: Any, second: Any) -> Any:
        node = nodes.new("ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, (first, second), strict=False):
            if isinstance(value, float):
                socket.default_value = value
            else:
                links.new(value, socket)
        return node.outputs[0]

    place, split = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    links.new(place.outputs["Object"], split.inputs[0])
    x, y, z = split.outputs
    across = compute("ABSOLUTE", x, 0.0)
    offset = compute("SUBTRACT", z, 1.06)
    bowed = compute("MULTIPLY", compute("MULTIPLY", offset, offset), 0.45)
    princess = compute("SUBTRACT", compute("SUBTRACT", across, bowed), PRINCESS_M)
    lines = [across, princess, compute("SUBTRACT", y, 0.01)]
    lines += [compute("SUBTRACT", z, level) for level in LEVELS_M]
    near = [compute("LESS_THAN", compute("ABSOLUTE", line, 0.0), HALF_WIDTH_M) for line in lines]
    drawn = near[0]
    for other in near[1:]:
        drawn = compute("MAXIMUM", drawn, other)
    mix = nodes.new("ShaderNodeMixRGB")
    links.new(drawn, mix.inputs[0])
    mix.inputs[1].default_value = colour.default_value
    if colour.is_linked:
        links.new(colour.links[0].from_socket, mix.inputs[1])
    mix.inputs[2].default_value = (0.02, 0.02, 0.02, 1) if dark else (0.75, 0.73, 0.68, 1)
    links.new(mix.outputs[0], colour)
