"""Neck caps and stands of mannequins."""

from __future__ import annotations

import numpy as np

from train.studio.geometry.mesh import Mesh, join, lathe, lay_along
from train.studio.plans.form import FormPlan

PLATE = [(0.0, 1.552), (0.053, 1.552), (0.056, 1.558), (0.056, 1.568), (0.05, 1.574)]
# Radius and height of what is turned above the plate.
CAPS: dict[str, list[tuple[float, float]]] = {
    "knob": [(0.02, 1.578), (0.011, 1.59), (0.017, 1.604), (0.019, 1.615), (0.013, 1.629),
             (0.0, 1.634)],
    "flat": [(0.0, 1.578)],
    "dome": [(0.048, 1.585), (0.038, 1.6), (0.02, 1.61), (0.0, 1.613)],
    "ball": [(0.012, 1.578), (0.012, 1.59), (0.03, 1.605), (0.036, 1.625), (0.03, 1.645),
             (0.012, 1.658), (0.0, 1.66)],
    "post": [(0.03, 1.578), (0.014, 1.6), (0.012, 1.7), (0.02, 1.71), (0.02, 1.74), (0.0, 1.75)],
    "ring": [(0.056, 1.59), (0.05, 1.6), (0.04, 1.598), (0.0, 1.58)],
}  # fmt: skip


def cap(plan: FormPlan, shape: str = "") -> Mesh | None:
    """Return the turned neck cap, of one of CAPS; a lower form has none."""
    if plan.kind == "legs":
        return None
    return lathe([*PLATE, *CAPS[shape or ("flat" if plan.kind == "figure" else "knob")]])


def stand(plan: FormPlan, base: str) -> Mesh:
    """Pole and base; `base` is `disc`, `tripod` or `square`."""
    x, y = (0.0, 0.03) if plan.kind == "bust" else (0.0, 0.16)
    top = 0.80 if plan.kind == "bust" else 0.42
    parts = [lathe([(0.0, 0.0), (0.0125, 0.0), (0.0125, top), (0.0, top)], 20)]
    if plan.kind == "bust":
        parts.append(lathe([(0.0, 0.70), (0.02, 0.70), (0.022, 0.715), (0.022, 0.76), (0, 0.76)]))
    else:
        bar = lathe([(0.0, 0.0), (0.009, 0.0), (0.009, 0.22), (0.0, 0.22)], 16)
        parts.append(lay_along(bar, np.array([0.55, -0.83, 0.0]), np.array([0.0, 0.0, top - 0.02])))
    if base == "tripod":
        for angle in (0.4, 0.4 + 2.094, 0.4 + 4.189):
            foot = np.array([0.24 * np.cos(angle), 0.24 * np.sin(angle), 0.012])
            leg = lathe([(0.0, 0.0), (0.013, 0.0), (0.009, 0.29), (0.0, 0.29)], 14)
            top_of_leg = np.array([0.0, 0.0, 0.17])
            parts.append(lay_along(leg, foot - top_of_leg, top_of_leg))
    elif base == "square":
        edge = 0.19 if plan.kind == "bust" else 0.24
        parts.append(lathe([(0, 0), (edge, 0), (edge, 0.012), (0, 0.012)], 4))
    else:
        edge = 0.16 if plan.kind == "bust" else 0.2
        parts.append(
            lathe([(0, 0), (edge, 0), (edge, 0.006), (edge * 0.9, 0.016), (0.03, 0.03), (0, 0.03)])
        )
    whole = join(parts)
    return Mesh(whole.vertices + np.array([x, y, 0.0]), whole.quads)
