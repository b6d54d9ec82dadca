"""What is sewn onto tops: rib, collar and lapels, placket, pockets, and where buttons go."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.garment_shell import Layer
from train.studio.geometry.signed_distance import Field
from train.studio.plans.scene import OUTERWEAR, GarmentPlan


def trimmings(plan: GarmentPlan, neck: Field) -> tuple[list[Layer], list[tuple[float, float]]]:
    """Rib or collar and lapels, placket, pockets and the places of the buttons."""
    jacket = plan.kind in OUTERWEAR
    width = (0.055 if jacket else 0.032) if plan.collar else 0.017
    lift = (0.012 if jacket else 0.007) if plan.collar else 0.0042
    # Lapels end where the front closes.
    lowest = 1.435 - plan.neck_drop_m if jacket else 1.02
    layers = [Layer(lambda p: np.minimum(width - neck(p), p[:, 2] - lowest), lift, trim=not jacket)]
    buttons: list[tuple[float, float]] = []
    if plan.front == "buttoned":
        far = 0.5 if jacket else 0.016
        layers.append(Layer(lambda p: _strip(p, -0.016, far), 0.0045, trim=False))
        first = lowest - 0.02 if jacket else 1.40
        last = max(plan.hem_z_m + (0.16 if jacket else 0.06), 0.8 if jacket else 0.0)
        count = 3 if jacket else 7
        buttons = [(0.0, float(z)) for z in np.linspace(first, last, count)]
    if plan.belt:
        layers.append(Layer(lambda p: 0.02 - np.abs(p[:, 2] - 1.06), 0.006, trim=True))
    if plan.pocket and jacket:
        z = max(plan.hem_z_m + 0.12, 0.95)
        # The right flap lies on the front that overlaps.
        layers.append(Layer(_patch(-0.115, z, 0.062, 0.026), 0.007, trim=False))
        layers.append(Layer(_patch(0.115, z, 0.062, 0.026), 0.0115, trim=False))
    elif plan.pocket and plan.kind in ("tshirt", "longsleeve"):
        layers.append(Layer(_patch(0.078, 1.255, 0.045, 0.055), 0.0042, trim=False))
    return layers, buttons


def _strip(points: Float64Array, low: float, high: float) -> Float64Array:
    x, y = points[:, 0], points[:, 1]
    inside: Float64Array = np.where(y < 0.0, np.minimum(x - low, high - x), -1.0)
    return inside


def _patch(x_m: float, z_m: float, half_width_m: float, half_height_m: float) -> Field:
    def region(points: Float64Array) -> Float64Array:
        x, y, z = np.abs(points[:, 0] - x_m), points[:, 1], np.abs(points[:, 2] - z_m)
        inside = np.minimum(half_width_m - x, half_height_m - z)
        return np.where(y < 0.0, inside, -1.0)

    return region
