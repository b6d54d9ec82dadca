"""Cuts of skirts and trousers."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import leg_profile, torso_profile
from train.studio.geometry.floor_cloth import hem_height
from train.studio.geometry.garment_shell import Cut, Layer, Part, tube_chart
from train.studio.geometry.signed_distance import Field, Loft, Profile
from train.studio.plans.scene import GarmentPlan

WAIST_Z_M = 1.065


def cut_skirt(plan: GarmentPlan) -> Cut:
    """Return a skirt from the waist down, flared, wavy or pleated."""
    lowest = plan.hem_z_m - plan.train_m - 0.06
    z = np.arange(lowest, WAIST_Z_M + 0.06, 0.01)
    a, b, _, y = torso_profile(plan.form).at(z)
    a, b = a + plan.ease_m, b + plan.ease_m
    # What lies on the floor widens there, not while it hangs.
    drop = np.clip(1.04 - z, 0.0, 1.04)
    a = np.maximum(a, np.interp(WAIST_Z_M, z, a) + plan.flare * drop)
    b = np.maximum(b, np.interp(WAIST_Z_M, z, b) + plan.flare * drop)
    profile = Profile(np.stack([z, a, b, np.zeros_like(z), y], axis=1))
    solid = Loft(profile, 2.1, plan.waves, plan.wave_m, plan.phase)

    def keep(points: Float64Array) -> Float64Array:
        above = points[:, 2] - hem_height(plan.hem_z_m, plan.train_m, points)
        kept: Float64Array = np.minimum(above, WAIST_Z_M - points[:, 2])
        return kept

    part = Part(solid, tube_chart(profile, 0.16), keep)
    band = Layer(lambda p: p[:, 2] - (WAIST_Z_M - 0.034), 0.0042, trim=False)
    step = 0.0125 if plan.waves > 12 else 0.015
    return Cut([part], 0.02, _waist_held, step, [band], lowest_m=lowest)


def cut_trousers(plan: GarmentPlan) -> Cut:
    """Trousers or shorts: hips and two legs grown together."""
    z = np.arange(0.77, WAIST_Z_M + 0.06, 0.01)
    a, b, _, y = torso_profile(plan.form).at(z)
    ease = np.interp(z, [0.9, WAIST_Z_M], [plan.ease_m, 0.006])
    hips = Profile(np.stack([z, a + ease, b + ease, np.zeros_like(z), y], axis=1))
    everywhere = _between(plan.hem_z_m, WAIST_Z_M)
    parts = [Part(Loft(hips), tube_chart(hips, 0.15), everywhere)]
    for side in (-1, 1):
        leg = _leg(plan, side)
        parts.append(Part(Loft(leg, squareness=2.0), tube_chart(leg, 0.08), everywhere))
    layers = [Layer(lambda p: p[:, 2] - (WAIST_Z_M - 0.036), 0.0042, trim=False)]
    layers.append(Layer(_fly, 0.0042, trim=False))
    if plan.pocket:
        layers += [Layer(_side_pocket(side), 0.0042, trim=False) for side in (-1, 1)]
    buttons = [(0.008, WAIST_Z_M - 0.018)]
    return Cut(parts, 0.024, _waist_held, 0.0145, layers, buttons, 0.0085)


def _leg(plan: GarmentPlan, side: int) -> Profile:
    z = np.arange(plan.hem_z_m - 0.06, 0.89, 0.01)
    a, b, x, y = leg_profile(plan.form, 1).at(z)
    widen = plan.flare * np.maximum(0.0, 0.78 - z)
    # Cloth bridges the hollow below the calf instead of following it to the ankle.
    bridge = np.interp(z, [0.05, 0.5], [0.046 + plan.ease_m, 0.05])
    a = np.maximum(a, bridge) + plan.ease_m + widen
    b = np.maximum(b, bridge) + plan.ease_m + widen
    x = np.where(z < 0.74, np.maximum(x, a + 0.010), x)
    return Profile(np.stack([z, a, b, side * x, y], axis=1))


def _between(low: float, high: float) -> Field:
    def keep(points: Float64Array) -> Float64Array:
        kept: Float64Array = np.minimum(points[:, 2] - low, high - points[:, 2])
        return kept

    return keep


def _waist_held(points: Float64Array) -> Float64Array:
    return np.where(points[:, 2] > WAIST_Z_M - 0.03, 1.0, 0.0)


def _fly(points: Float64Array) -> Float64Array:
    x, y, z = points.T
    inside = np.minimum(np.minimum(x + 0.002, 0.032 - x), np.minimum(z - 0.89, 1.03 - z))
    return np.where(y < 0, inside, -1.0)


def _side_pocket(side: int) -> Field:
    def region(points: Float64Array) -> Float64Array:
        x, y, z = side * points[:, 0], points[:, 1], points[:, 2]
        slanted = (x - 0.075) - 0.35 * (1.02 - z)
        inside = np.minimum(slanted, np.minimum(z - 0.87, 1.025 - z))
        return np.where(y < 0, inside, -1.0)

    return region
