"""Sleeves: along a figure's arm, or hanging empty beside a dress form."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import arm_joints
from train.studio.geometry.garment_shell import Part, sleeve_chart
from train.studio.geometry.signed_distance import Limb
from train.studio.plans.form import FormPlan
from train.studio.plans.scene import GarmentPlan


def sleeve(plan: GarmentPlan, side: int) -> list[Part]:
    """Return one sleeve; `side` is 1 for the picture's right and -1 for its left."""
    if plan.form.kind == "figure":
        return _sleeve_on_arm(plan, side)
    angle = np.radians(plan.sleeve_angle_deg)
    edge = shoulder_edge_m(plan.form)
    start = np.array([edge - 0.012, 0.012, 1.412 - 0.86 * plan.sleeve_radius_m])
    direction = np.array([np.cos(angle), 0.02, -np.sin(angle)])
    reach = plan.sleeve_m - 0.02
    limb = _limb(side, start, direction, reach, plan.sleeve_radius_m, plan.cuff_radius_m, 0.62)
    return [_tube(limb, side, reach)]


def shoulder_edge_m(form: FormPlan) -> float:
    """Return the half width of the mannequin at the shoulder tips."""
    return 0.17 * (1 + form.bust) / 2


def _sleeve_on_arm(plan: GarmentPlan, side: int) -> list[Part]:
    shoulder, elbow, wrist, _ = (np.array(p) for p in arm_joints(plan.form, 1))
    upper = float(np.linalg.norm(elbow - shoulder))
    first = min(plan.sleeve_m, upper)
    wide, narrow = plan.sleeve_radius_m - 0.008, max(plan.cuff_radius_m - 0.004, 0.043)
    start = shoulder - np.array([0.0, 0.0, 0.016])
    direction = elbow - shoulder
    if plan.sleeve_m <= upper:
        limb = _limb(side, start, direction, first, wide, max(narrow, 0.058), 0.95)
        return [_tube(limb, side, first)]
    middle = (wide + narrow) / 2
    above = _limb(side, start, elbow - start, upper - 0.05, wide, middle, 0.95)
    rest = min(plan.sleeve_m - upper, 0.255)
    below = _limb(side, elbow, wrist - elbow, rest, middle, narrow, 0.95)
    return [_tube(above, side, 9.0), _tube(below, side, rest)]


def _limb(
    side: int,
    start: Float64Array,
    direction: Float64Array,
    reach_m: float,
    wide: float,
    end: float,
    depth: float,
) -> Limb:
    tip = start + direction / np.linalg.norm(direction) * (reach_m + 0.05)
    mirror = np.array([side, 1.0, 1.0])
    first, last = tuple(map(float, start * mirror)), tuple(map(float, tip * mirror))
    return Limb((first[0], first[1], first[2]), (last[0], last[1], last[2]), wide, end, depth)


def _tube(limb: Limb, side: int, reach_m: float) -> Part:
    return Part(limb, sleeve_chart(limb, side), lambda points: reach_m - limb.along(points))
