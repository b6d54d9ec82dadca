"""Cuts of tops, jackets and dresses."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import torso_profile
from train.studio.geometry.floor_cloth import hem_height
from train.studio.geometry.garment_shell import Cut, Part, tube_chart
from train.studio.geometry.signed_distance import Field, Loft, Profile
from train.studio.geometry.sleeves import shoulder_edge_m, sleeve
from train.studio.geometry.trimmings import trimmings
from train.studio.plans.scene import OUTERWEAR, GarmentPlan


def cut_upper(plan: GarmentPlan) -> Cut:
    """Return a T-shirt, long-sleeved top, jacket or dress."""
    profile = _torso(plan)
    waves = plan.waves if plan.kind in ("dress", "coat") else 0
    solid = Loft(profile, squareness=2.3, waves=waves, wave_m=plan.wave_m, phase=plan.phase)
    neck, front = neckline(plan), _front(plan)
    armhole = _armhole(plan) if not plan.sleeve_m else None

    def keep(points: Float64Array) -> Float64Array:
        hem = hem_height(plan.hem_z_m, plan.train_m, points)
        limits = [neck(points), points[:, 2] - hem, front(points)]
        if armhole is not None:
            limits.append(armhole(points))
        kept: Float64Array = np.min(limits, axis=0)
        return kept

    def held(points: Float64Array) -> Float64Array:
        near = 0.03 - neck(points)
        # A jacket hangs from its padded shoulders, other tops from the neckline.
        yoke = points[:, 2] - (1.405 if plan.kind in OUTERWEAR else 1.43)
        fixed = np.maximum(np.where(points[:, 2] > 1.38, near, -1.0), yoke) > 0
        # Stylists stuff the empty sleeves of a dress form with paper: they keep some shape.
        stuffed = 0.0 if plan.form.kind == "figure" else plan.stuffing
        beside = np.clip((np.abs(points[:, 0]) - shoulder_edge_m(plan.form)) / 0.03, 0, 1)
        below = points[:, 2] > (0.85 if plan.sleeve_m > 0.4 else 1.12)
        return np.where(fixed, 1.0, stuffed * beside * below * (plan.sleeve_m > 0))

    radius = float(np.mean(profile.at(np.array([1.2]))[:2]))
    parts = [Part(solid, tube_chart(profile, radius), keep)]
    if plan.sleeve_m:
        parts += [part for side in (-1, 1) for part in sleeve(plan, side)]
    layers, buttons = trimmings(plan, neck)
    step = 0.016 if plan.hem_z_m < 0.72 else 0.0145
    radius = 0.010 if plan.kind in OUTERWEAR else 0.0055
    lowest = plan.hem_z_m - plan.train_m - 0.06
    return Cut(parts, 0.022, held, step, layers, buttons, radius, lowest_m=lowest)


def _torso(plan: GarmentPlan) -> Profile:
    z = np.arange(plan.hem_z_m - plan.train_m - 0.14, 1.56, 0.01)
    a, b, _, y = torso_profile(plan.form).at(z)
    chest_a, chest_b = float(a[z > 1.3][0]), float(b[z > 1.25][0])
    pad = 0.014 + 0.006 * (plan.under is not None) if plan.kind in OUTERWEAR else 0.008
    ease = np.interp(z, [1.30, 1.40], [plan.ease_m, pad])
    below = z < 1.28
    a = np.where(below, np.maximum(a, a + plan.straight * (chest_a - a)), a) + ease
    b = np.where(below, np.maximum(b, b + plan.straight * (chest_b - b)), b) + ease
    # What lies on the floor widens there, not while it hangs.
    drop = np.maximum(0.0, (1.04 if plan.kind == "dress" else 1.2) - np.maximum(z, 0.0))
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

    def keep(points: Float64Array) -> Float64Array:
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
        distance: Float64Array = limit / np.sqrt(1 + (slope * (shape > 0) * in_front) ** 2)
        return distance

    return keep


def _front(plan: GarmentPlan) -> Field:
    def keep(points: Float64Array) -> Float64Array:
        if plan.front != "open":
            return np.ones(len(points))
        half = 0.012 + plan.opening_m * np.clip(1.42 - points[:, 2], 0, 0.6)
        return np.where(points[:, 1] < 0.0, np.abs(points[:, 0]) - half, 1.0)

    return keep


def _armhole(plan: GarmentPlan) -> Field:
    edge = 0.178 * (1 + plan.form.bust) / 2

    def keep(points: Float64Array) -> Float64Array:
        x, y, z = np.abs(points[:, 0]) - edge - 0.012, points[:, 1] - 0.01, points[:, 2] - 1.345
        away: Float64Array = (
            np.sqrt((x / 0.055) ** 2 + (y / 0.11) ** 2 + (z / 0.095) ** 2) - 1
        ) * 0.055
        return away

    return keep
