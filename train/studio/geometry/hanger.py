"""Hangers: shoulders or clips, hook, and the rail that they hang on."""

from __future__ import annotations

import numpy as np

from train.studio.geometry.dress_form import torso_profile
from train.studio.geometry.furniture import build_box, turn
from train.studio.geometry.mesh import Mesh, join, lay_along
from train.studio.geometry.strips import bend_tube
from train.studio.plans.form import FormPlan


def hanger_mesh(kind: str, form: FormPlan, thick_m: float) -> Mesh:
    """Return a `hanger` inside the shoulders, or a `clip` hanger at the waistband."""
    if kind == "clip":
        return _clips(form)
    x = np.array([-0.165, -0.12, -0.05, 0.0, 0.05, 0.12, 0.165])
    z = np.array([1.385, 1.405, 1.437, 1.452, 1.437, 1.405, 1.385])
    arms = np.stack([x, np.full(7, 0.012), z - 0.004], axis=1)
    return join([bend_tube(arms, np.full(7, thick_m), 10), _hook(1.445)])


def rail_mesh(top_m: float) -> Mesh:
    """Return a rail across the picture at the top of a hanger's hook."""
    rail = turn([(0.011, 0.0), (0.011, 3.0)], 12)
    return lay_along(rail, np.array([1.0, 0.0, 0.0]), np.array([-1.5, 0.014, top_m]))


def hook_top_m(kind: str) -> float:
    """Return the height at which a hook of this kind lies on its rail, metres."""
    return (1.445 if kind == "hanger" else 1.12) + 0.125


def _hook(foot_m: float) -> Mesh:
    stem = np.array([(0.0, 0.012, foot_m), (0.0, 0.012, foot_m + 0.06)])
    bend = np.linspace(-0.5 * np.pi, 0.85 * np.pi, 18)
    curve = np.stack([0.025 * np.cos(bend), np.full(18, 0.012),
                      foot_m + 0.0875 + 0.025 * np.sin(bend)], axis=1)  # fmt: skip
    return join([bend_tube(stem, np.full(2, 0.0025), 8), bend_tube(curve, np.full(18, 0.0025), 8)])


def _clips(form: FormPlan) -> Mesh:
    a, b, _, y = (float(v[0]) for v in torso_profile(form).at(np.array([1.05])))
    bar = turn([(0.005, 0.0), (0.005, 2.4 * a)], 10)
    parts = [lay_along(bar, np.array([1.0, 0.0, 0.0]), np.array([-1.2 * a, y, 1.11])), _hook(1.11)]
    for side in (-1, 1):
        x = side * 0.62 * a
        for low, high in ((y - b - 0.02, y - b - 0.006), (y + b + 0.006, y + b + 0.02)):
            parts.append(build_box((x - 0.017, low, 1.035), (x + 0.017, high, 1.1)))
        parts.append(
            build_box((x - 0.012, y - b - 0.018, 1.095), (x + 0.012, y + b + 0.018, 1.118))
        )
    return join(parts)
