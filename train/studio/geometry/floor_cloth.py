"""Cloth that is longer than its form is tall: trains and hems that lie on the floor."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array

BEND_M = 0.035
"""Radius with which hanging cloth turns onto the floor."""


def lay_on_floor(vertices: Float64Array, phase: float) -> Float64Array:
    """Return the vertices with what hangs below the floor bent outward and laid onto it."""
    x, y, z = vertices.T
    below = np.maximum(0.0, BEND_M - z)
    quarter = BEND_M * np.pi / 2
    turn = np.minimum(below, quarter) / BEND_M
    lying = np.maximum(0.0, below - quarter)
    out = BEND_M * (1 - np.cos(turn)) + lying
    angle = np.arctan2(y, x)
    # Cloth runs out behind: what lies at the sides is drawn back too.
    back = np.clip(lying / 0.4, 0, 1) * 0.55
    towards = np.stack([np.cos(angle) * (1 - back), np.sin(angle) + back], axis=1)
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-6)
    ripple = 0.5 + 0.5 * np.sin(9 * angle + phase + 1.5 * np.sin(11 * lying))
    ripple += 0.35 * np.sin(23 * angle - 2 * phase + 9 * lying)
    lift = 0.005 + 0.024 * np.maximum(ripple, 0) * np.clip(lying / 0.12, 0, 1)
    laid = vertices.copy()
    laid[:, :2] += towards * out[:, None]
    laid[:, 2] = np.where(below > 0, BEND_M * (1 - np.sin(turn)) + lift * np.clip(turn, 0, 1), z)
    return laid


def hem_height(hem_z_m: float, train_m: float, points: Float64Array) -> Float64Array:
    """Return the height of the hem below each point; a train makes it lower towards the back."""
    if not train_m:
        return np.full(len(points), hem_z_m)
    behind = np.clip((points[:, 1] + 0.12) / 0.4, 0, 1)
    return hem_z_m - train_m * behind * behind * (3 - 2 * behind)
