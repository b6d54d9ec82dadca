"""What is worn on the head of a figure."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.mesh import Mesh, extract_surface, lathe
from train.studio.geometry.signed_distance import Field, Limb, Loft, Profile, blend
from train.studio.plans.form import FormPlan


def build_hat(form: FormPlan, _: object, rng: np.random.Generator) -> Mesh:
    """A crown and a brim that bends."""
    size, lift = form.head, 1.555 + 0.145 * form.head
    brim = float(rng.uniform(0.02, 0.17))
    high = float(rng.uniform(0.07, 0.13))
    base = lift + 0.045 * size
    crown = [(0.0, high), (0.06, high), (0.082, high - 0.02), (0.093, 0.02), (0.096, 0.0),
             (0.1 + brim * 0.5, -0.008), (0.1 + brim, -0.004)]  # fmt: skip
    inner = [(r, z - 0.004) for r, z in crown[::-1]]
    mesh = lathe([(r * size, z * size + base) for r, z in [*crown, *inner]][::-1], 48)
    points = mesh.vertices.copy()
    far = np.clip(np.hypot(points[:, 0], points[:, 1]) / size - 0.1, 0, None)
    bend, phase = float(rng.uniform(-0.9, 0.5)), float(rng.uniform(0, 6))
    points[:, 2] += far * (bend + 0.35 * np.sin(2 * np.arctan2(points[:, 1], points[:, 0]) + phase))
    points[:, 1] = points[:, 1] * 1.16 + 0.002
    tilt = np.radians(rng.normal(0, 5))
    y, z = points[:, 1], points[:, 2] - base
    points[:, 1], points[:, 2] = (
        y * np.cos(tilt) - z * np.sin(tilt), base + y * np.sin(tilt) + z * np.cos(tilt)
    )  # fmt: skip
    return Mesh(points, mesh.quads)


def build_headscarf(form: FormPlan, _: object, rng: np.random.Generator) -> Mesh:
    """A cloth about head, neck and shoulders with the face left free."""
    share = np.linspace(0, 1, 20)
    swell = np.sqrt(np.maximum(1 - (2 * share - 1) ** 2, 0.02))
    z = 1.55 + share * 0.275 * form.head
    rings = np.stack([z, 0.09 * swell * form.head, 0.112 * swell * form.head,
                      0 * z, -0.006 + 0.02 * share], axis=1)  # fmt: skip
    drop = float(rng.uniform(1.26, 1.38))
    parts: list[Field] = [
        Loft(Profile(rings), squareness=2.0),
        Limb((0.0, 0.01, 1.60), (0.0, 0.0, 1.47), 0.082, 0.115, 0.9),
        Limb((0.0, -0.075, 1.45), (0.02, -0.1, drop), 0.075, 0.045, 0.55),
    ]
    whole = blend(parts, 0.045)
    wide = 0.68 * float(rng.uniform(0.9, 1.1))

    def scarf(points: Float64Array) -> Float64Array:
        x, y, height = points.T
        face = 0.1 - np.sqrt(
            (x / wide) ** 2 + (y + 0.13) ** 2 + ((height - 1.555 - 0.125 * form.head) / 1.15) ** 2
        )
        fold = 0.004 * np.sin(70 * x + 40 * height) + 0.004 * np.sin(90 * height - 30 * y)
        kept: Float64Array = np.maximum(whole(points) + fold, face)
        return kept

    low, high = np.array([-0.2, -0.22, drop - 0.06]), np.array([0.2, 0.2, 1.9])
    return extract_surface(scarf, low, high, 0.009)
