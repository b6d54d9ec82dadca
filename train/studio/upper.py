"""Cuts of tops, jackets and dresses."""

from __future__ import annotations

import numpy as np

from train.studio.field import Field, Floats, Limb, Loft, Profile
from train.studio.form import FormPlan, arm_joints, torso_profile
from train.studio.scene import GarmentPlan
from train.studio.shell import Cut, Layer, Part, sleeve_chart, tube_chart

HIP_Z_M = 0.9


def cut_upper(plan: GarmentPlan) -> Cut:
    """A T-shirt, long-sleeved top, jacket or dress."""
    profile = _torso(plan)
    waves = plan.waves if plan.kind == "dress" else 0
    solid = Loft(profile, squareness=2.3, waves=waves, wave_m=plan.wave_m, phase=plan.phase)
    neck, front = neckline(plan), _front(plan)
    armhole = _armhole(plan) if not plan.sleeve_m else None

    def keep(points: Floats) -> Floats:
        limits = [neck(points), points[:, 2] - plan.hem_z_m, front(points)]
        if armhole is not None:
            limits.append(armhole(points))
        kept: Floats = np.min(limits, axis=0)
        return kept

    def held(points: Floats) -> Floats:
        near = 0.03 - neck(points)
        # A jacket hangs from its padded shoulders, other tops from the neckline.
        yoke = points[:, 2] - (1.405 if plan.kind == "jacket" else 1.43)
        fixed = np.maximum(np.where(points[:, 2] > 1.38, near, -1.0), yoke) > 0
        # Stylists stuff the empty sleeves of a dress form with paper: they keep some shape.
        stuffed = 0.0 if plan.form.kind == "figure" else plan.stuffing
        beside = np.clip((np.abs(points[:, 0]) - shoulder_edge_m(plan.form)) / 0.03, 0, 1)
        sleeve = points[:, 2] > (0.85 if plan.sleeve_m > 0.4 else 1.12)
        return np.where(fixed, 1.0, stuffed * beside * sleeve * (plan.sleeve_m > 0))

    radius = float(np.mean(profile.at(np.array([1.2]))[:2]))
    parts = [Part(solid, tube_chart(profile, radius), keep)]
    if plan.sleeve_m:
        parts += [part for side in (-1, 1) for part in _sleeve(plan, side)]
    layers, buttons = _trimmings(plan, neck)
    step = 0.016 if plan.kind == "dress" else 0.0145
    radius = 0.010 if plan.kind == "jacket" else 0.0055
    return Cut(parts, 0.022, held, step, layers, buttons, radius)


def _torso(plan: GarmentPlan) -> Profile:
    z = np.arange(plan.hem_z_m - 0.14, 1.56, 0.01)
    a, b, _, y = torso_profile(plan.form).at(z)
    chest_a, chest_b = float(a[z > 1.3][0]), float(b[z > 1.25][0])
    pad = 0.014 if plan.kind == "jacket" else 0.008
    ease = np.interp(z, [1.30, 1.40], [plan.ease_m, pad])
    below = z < 1.28
    a = np.where(below, np.maximum(a, a + plan.straight * (chest_a - a)), a) + ease
    b = np.where(below, np.maximum(b, b + plan.straight * (chest_b - b)), b) + ease
    drop = np.maximum(0.0, (1.04 if plan.kind == "dress" else 1.2) - z)
    if plan.kind == "dress":
        waist_a, waist_b = np.interp(1.06, z, a), np.interp(1.06, z, b)
        a = np.where(drop > 0, np.maximum(a, waist_a + plan.flare * drop), a)
        b = np.where(drop > 0, np.maximum(b, waist_b + plan.flare * drop), b)
    else:
        a, b = a + plan.flare * drop, b + plan.flare * 0.7 * drop
    if plan.neck == "high":
        a, b = a + np.where(z > 1.46, 0.006, 0.0), b + np.where(z > 1.46, 0.006, 0.0)
    return Profile(np.stack([z, a, b, np.zeros_like(z), y], axis=1))


def neckline(plan: GarmentPlan) -> Field:
    """Positive below the neckline: about the distance from it, metres."""
    top, tilt = {"high": (1.535, 0.1)}.get(plan.neck, (1.466, 0.42 if plan.neck == "crew" else 0.3))
    if plan.collar:
        top, tilt = 1.484, 0.42
    width = 0.082 if plan.neck == "vee" else 0.09
    slope = plan.neck_drop_m / width if plan.neck == "vee" else plan.neck_drop_m / 0.07

    def keep(points: Floats) -> Floats:
        x, y, z = points.T
        in_front = np.clip((0.005 - y) / 0.03, 0, 1)
        share = np.abs(x) / width
        if plan.neck == "vee":
            shape = np.maximum(0.0, 1 - share)
        elif plan.neck == "scoop":
            shape = np.sqrt(np.maximum(0.0, 1 - share**2))
        else:
            shape = np.zeros_like(x)
        limit = top + tilt * (y - 0.012) - plan.neck_drop_m * shape * in_front - z
        distance: Floats = limit / np.sqrt(1 + (slope * (shape > 0) * in_front) ** 2)
        return distance

    return keep


def _front(plan: GarmentPlan) -> Field:
    def keep(points: Floats) -> Floats:
        if plan.front != "open":
            return np.ones(len(points))
        half = 0.012 + 0.10 * np.clip(1.42 - points[:, 2], 0, 0.6)
        return np.where(points[:, 1] < 0.0, np.abs(points[:, 0]) - half, 1.0)

    return keep


def _armhole(plan: GarmentPlan) -> Field:
    edge = 0.178 * (1 + plan.form.bust) / 2

    def keep(points: Floats) -> Floats:
        x, y, z = np.abs(points[:, 0]) - edge - 0.012, points[:, 1] - 0.01, points[:, 2] - 1.345
        away: Floats = (np.sqrt((x / 0.055) ** 2 + (y / 0.11) ** 2 + (z / 0.095) ** 2) - 1) * 0.055
        return away

    return keep


def _sleeve(plan: GarmentPlan, side: int) -> list[Part]:
    """One sleeve: along a figure's arm, or hanging empty beside a dress form."""
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
    """Half width of the mannequin at the shoulder tips."""
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
    start: Floats,
    direction: Floats,
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


def _trimmings(plan: GarmentPlan, neck: Field) -> tuple[list[Layer], list[tuple[float, float]]]:
    """Rib or collar and lapels, placket, pockets and the places of the buttons."""
    jacket = plan.kind == "jacket"
    width = (0.055 if jacket else 0.032) if plan.collar else 0.017
    lift = (0.010 if jacket else 0.007) if plan.collar else 0.0042
    layers = [Layer(lambda p: np.where(p[:, 2] > 1.02, width - neck(p), -1.0), lift, trim=True)]
    if jacket:
        layers[0] = Layer(layers[0].region, lift, trim=False)
    buttons: list[tuple[float, float]] = []
    if plan.front == "buttoned":
        far = 0.5 if jacket else 0.016
        layers.append(Layer(lambda p: _strip(p, -0.016, far), 0.0045, trim=False))
        first = 1.452 - 0.03 - plan.neck_drop_m if jacket else 1.40
        last = plan.hem_z_m + (0.16 if jacket else 0.06)
        count = 3 if jacket else 7
        buttons = [(0.0, float(z)) for z in np.linspace(first, last, count)]
    if plan.pocket and jacket:
        z = max(plan.hem_z_m + 0.12, 0.95)
        for side in (-1, 1):
            layers.append(Layer(_patch(side * 0.115, z, 0.062, 0.026), 0.007, trim=False))
    elif plan.pocket and plan.kind in ("tshirt", "longsleeve"):
        layers.append(Layer(_patch(0.078, 1.255, 0.045, 0.055), 0.0042, trim=False))
    return layers, buttons


def _strip(points: Floats, low: float, high: float) -> Floats:
    x, y = points[:, 0], points[:, 1]
    inside: Floats = np.where(y < 0.0, np.minimum(x - low, high - x), -1.0)
    return inside


def _patch(x_m: float, z_m: float, half_width_m: float, half_height_m: float) -> Field:
    def region(points: Floats) -> Floats:
        x, y, z = np.abs(points[:, 0] - x_m), points[:, 1], np.abs(points[:, 2] - z_m)
        inside = np.minimum(half_width_m - x, half_height_m - z)
        return np.where(y < 0.0, inside, -1.0)

    return region
