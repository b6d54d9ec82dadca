"""A drawing of matplotlib's as an SVG for a page: two colour schemes, tips, a spoken title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from train.charts.style import DARK

NAMESPACE = "http://www.w3.org/2000/svg"
_SVG, _HREF = f"{{{NAMESPACE}}}", "{http://www.w3.org/1999/xlink}href"
ET.register_namespace("", NAMESPACE)


def finish_svg(drawing: bytes, title: str, tips: Mapping[str, Sequence[str]]) -> str:
    """Turn a drawing into an SVG element that needs nothing else.

    Args:
        drawing: an SVG document by matplotlib, in colours of the light palette.
        title: what screen readers say of it.
        tips: id of a series of marks -> what shows on hovering over each of them.

    Returns:
        One element, to stand inside HTML or alone in a file. It follows a dark screen; on paper
        and in viewers without media queries it is light.
    """
    root = ET.fromstring(drawing)  # noqa: S314 - matplotlib's own output
    for series, texts in tips.items():
        marks = root.findall(f".//{_SVG}g[@id='{series}']//{_SVG}use")
        for mark, text in zip(marks, texts, strict=True):
            ET.SubElement(mark, f"{_SVG}title").text = text
    for shape in root.iterfind(f".//{_SVG}defs/{_SVG}path"):
        # Its uses say the same, and a style sheet reaches only them.
        shape.attrib.pop("style", None)
    _drop_unused_names(root)
    root.attrib |= {
        "class": "chart",
        "role": "img",
        # matplotlib writes points where its pixels are meant.
        **{side: root.attrib[side].removesuffix("pt") for side in ("width", "height")},
    }
    style = ET.Element(f"{_SVG}style")
    style.text = _style()
    spoken = ET.Element(f"{_SVG}title")
    spoken.text = title
    # In place of matplotlib's own style, which would reach every element of a page.
    root.remove(root[0])
    root[:0] = [spoken, style]
    return ET.tostring(root, encoding="unicode") + "\n"


def _drop_unused_names(root: ET.Element) -> None:
    """Keep only ids that something refers to: several charts stand on one page."""
    used = set()
    for element in root.iter():
        if _HREF in element.attrib:
            element.set("href", element.attrib.pop(_HREF))
            used.add(element.attrib["href"])
    for element in root.iter():
        if f"#{element.get('id')}" not in used:
            element.attrib.pop("id", None)


def _style() -> str:
    dark = "".join(
        f'.chart [style*="{what}: {light}"] {{ {what}: {dark} !important; }}\n'
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    )
    return (
        "\n.chart { stroke-linejoin: round; stroke-linecap: butt; }\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n"
    )
