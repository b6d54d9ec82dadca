"""What is worn about the neck: scarf, stole, tie and bow."""

from __future__ import annotations

import numpy as np

from train.studio.geometry.cloth_front import Front, hang_length, make_grid
from train.studio.geometry.mesh import Mesh, join
from train.studio.plans.form import FormPlan


def _loop(rng: np.random.Generator, *, reach_m: float, thick_m: float, sag_m: float) -> Mesh:
    """Return a gathered ring of cloth about the neck, lower in front."""
    turn, around = np.meshgrid(
        np.linspace(0, 2 * np.pi, 61), np.linspace(0, 2 * np.pi, 25), indexing="ij"
    )
    in_front = np.clip(-np.sin(turn), 0, 1)
    crease = 1 + 0.22 * np.sin(3 * around + 2 * turn + rng.uniform(0, 6))
    crease += 0.1 * np.sin(7 * around - 5 * turn)
    radius = thick_m * crease * (0.85 + 0.3 * in_front)
    out = reach_m * (1 + 0.25 * in_front)
    x = (out + radius * np.cos(around)) * np.cos(turn) * 1.1
    y = 0.012 + (out + radius * np.cos(around)) * np.sin(turn)
    z = 1.462 + radius * np.sin(around) * 1.3 - sag_m * in_front**1.5
    return make_grid(np.stack([x, y, z], axis=-1))


def build_scarf(_: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """A scarf about the neck with two, one or no ends in front."""
    parts = [
        _loop(
            rng,
            reach_m=float(rng.uniform(0.07, 0.085)),
            thick_m=float(rng.uniform(0.022, 0.04)),
            sag_m=float(rng.uniform(0.03, 0.09)),
        )
    ]
    sides: tuple[int, ...] = [(), (1,), (-1, 1), (-1, 1)][int(rng.integers(4))]
    ends = [
        hang_length(
            front,
            rng,
            x_m=side * float(rng.uniform(0.03, 0.07)),
            top_m=1.42,
            length_m=float(rng.uniform(0.25, 0.65)),
            width_m=float(rng.uniform(0.1, 0.2)),
            lean=float(rng.normal(0, 0.05)),
        )
        for side in sides
    ]
    return join([*parts, *ends])


def build_stole(_: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """Two lengths of cloth down the front from the shoulders: a stole or dupatta."""
    wide = float(rng.uniform(0.1, 0.18))
    return join(
        [
            hang_length(
                front,
                rng,
                x_m=side * float(rng.uniform(0.07, 0.1)),
                top_m=1.43,
                length_m=float(rng.uniform(0.5, 0.95)),
                width_m=wide,
                lean=side * 0.02,
            )
            for side in (-1, 1)
        ]
    )


def build_tie(_: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """A knot and a blade that widens to a point."""
    length, wide = float(rng.uniform(0.38, 0.5)), float(rng.uniform(0.03, 0.045))
    v = np.linspace(0, 1, 26)
    half = np.where(v < 0.08, 0.02 - 0.06 * v, 0.013 + (wide - 0.013) * (v - 0.08))
    half = np.where(v > 0.93, half * np.sqrt(np.clip((1 - v) / 0.07, 0, 1)), half)
    z = 1.405 - v * length
    u = np.linspace(-1, 1, 7)
    x = half[:, None] * u[None]
    height = np.broadcast_to(z[:, None], x.shape)
    face = front(x.ravel(), height.ravel()).reshape(x.shape)
    swell = np.where(v < 0.08, 0.022, 0.012)[:, None] * (1 - 0.35 * u[None] ** 2)
    return make_grid(np.stack([x, face - swell, height], axis=-1))


def build_bow(_: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """Two loops about a knot at the neck or the waist."""
    z0 = float(rng.choice(np.array([1.40, 1.06])))
    size = float(rng.uniform(0.05, 0.13))
    face = float(front(np.zeros(1), np.full(1, z0))[0]) - 0.015
    parts = []
    for side in (-1, 1):
        u, v = np.meshgrid(np.linspace(0, 1, 14), np.linspace(0, 2 * np.pi, 17), indexing="ij")
        fat = 0.012 + 0.4 * size * np.sin(np.pi * np.clip(u * 0.8 + 0.05, 0, 1))
        x = side * size * u
        y = face - 0.015 + 0.4 * fat * np.cos(v)
        z = z0 + fat * np.sin(v) - 0.25 * size * u**2
        parts.append(make_grid(np.stack([x, y, z], axis=-1)))
        parts.append(
            hang_length(
                front,
                rng,
                x_m=side * 0.012,
                top_m=z0,
                length_m=size * 2.2,
                width_m=size * 0.5,
                lean=side * 0.15,
                folds=1.0,
            )
        )
    return join(parts)
