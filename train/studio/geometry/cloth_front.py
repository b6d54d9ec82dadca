"""The front of what is worn, and lengths of cloth that lie on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import torso_profile
from train.studio.geometry.mesh import Mesh
from train.studio.plans.form import FormPlan

# Where the front is (y), at each place across and up.
Front = Callable[[Float64Array, Float64Array], Float64Array]


def measure_front(form: FormPlan, points: Float64Array) -> Front:
    """Return where the front of what is worn is, at each place across and up, from its vertices."""
    step = 0.02
    low, size = np.array([-0.5, -0.1]), (51, 100)
    cell = np.floor((points[:, [0, 2]] - low) / step).astype(int).clip(0, np.array(size) - 1)
    nearest = np.full(size, np.inf)
    np.minimum.at(nearest, (cell[:, 0], cell[:, 1]), points[:, 1])
    around = [np.roll(nearest, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    nearest = np.min(around, axis=0)

    def front(x: Float64Array, z: Float64Array) -> Float64Array:
        a, b, _, y = torso_profile(form).at(z)
        share = np.clip(np.abs(x) / a, 0, 0.97)
        skin = y - b * (1 - share**2.2) ** (1 / 2.2)
        at = np.floor((np.stack([x, z], axis=1) - low) / step).astype(int)
        at = at.clip(0, np.array(size) - 1)
        found: Float64Array = np.minimum(nearest[at[:, 0], at[:, 1]], skin)
        return found

    return front


def make_grid(points: Float64Array) -> Mesh:
    """Return a mesh over a grid of points (R, C, 3)."""
    rows, columns = points.shape[:2]
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    start = (row * columns + column).reshape(-1)
    quads = np.stack([start, start + 1, start + columns + 1, start + columns], axis=1)
    return Mesh(points.reshape(-1, 3), quads)


def hang_length(
    front: Front,
    rng: np.random.Generator,
    *,
    x_m: float,
    top_m: float,
    length_m: float,
    width_m: float,
    lean: float = 0.0,
    folds: float = 2.5,
) -> Mesh:
    """Return a length of cloth that hangs down the front, gathered at its top."""
    v, u = np.meshgrid(np.linspace(0, 1, 30), np.linspace(-0.5, 0.5, 25), indexing="ij")
    wide = width_m * (0.55 + 0.45 * v**0.6)
    x = x_m + u * wide + lean * v * length_m
    z = top_m - v * length_m + 0.006 * np.sin(9 * u)
    fold = 0.5 + 0.5 * np.sin(2 * np.pi * folds * u + rng.uniform(0, 6) + 0.8 * v)
    face = front(x.ravel(), z.ravel()).reshape(x.shape)
    # Below the bust the cloth falls straight down instead of following the waist.
    face = np.minimum(face, np.minimum.accumulate(face, axis=0) + 0.03)
    y = face - 0.012 - 0.022 * fold * (1 - 0.3 * v)
    return make_grid(np.stack([x, y, z], axis=-1))
