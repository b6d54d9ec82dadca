"""Bent strips and bent tubes: leaves, stems, ribbons, cords and hairs."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.mesh import Mesh


def bend_strips(paths: Float64Array, across: Float64Array, width_m: Float64Array) -> Mesh:
    """Return one strip along each path.

    Args:
        paths: (N, K, 3) points along the middle of each strip.
        across: (N, 3) or (N, K, 3) unit directions of the width.
        width_m: (K,), (N, 1) or (N, K) whole width at each point.
    """
    count, steps = paths.shape[:2]
    side = across if across.ndim == 3 else across[:, None, :]
    half = np.broadcast_to(np.asarray(width_m, float), (count, steps))[..., None] / 2
    vertices = np.stack([paths - side * half, paths + side * half], axis=2).reshape(-1, 3)
    start = 2 * (np.arange(count)[:, None] * steps + np.arange(steps - 1)[None]).reshape(-1)
    return Mesh(vertices, np.stack([start, start + 1, start + 3, start + 2], axis=1))


def bend_tube(path: Float64Array, radius_m: Float64Array, sides: int = 8) -> Mesh:
    """Return a tube with open ends along a path (K, 3), of the radius at each point (K,)."""
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    # The direction least like the path keeps the frame from turning over.
    fixed = np.eye(3)[int(np.argmin(np.abs(along).max(0)))]
    first = np.cross(along, fixed)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(along, first)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = (
        np.cos(angle)[None, :, None] * first[:, None]
        + np.sin(angle)[None, :, None] * second[:, None]
    )
    radius = np.broadcast_to(np.asarray(radius_m, float), (len(path),))[:, None, None]
    vertices = (path[:, None] + ring * radius).reshape(-1, 3)
    here = np.arange(sides)
    after = (here + 1) % sides
    quads = [
        np.stack([here, after, after + sides, here + sides], 1) + row * sides
        for row in range(len(path) - 1)
    ]
    return Mesh(vertices, np.concatenate(quads))


def arc(
    start: Float64Array, direction: Float64Array, droop: Float64Array, steps: int
) -> Float64Array:
    """Return (N, steps, 3) points that set out along `direction` and sink by `droop` (N,)."""
    share = np.linspace(0, 1, steps)[None, :, None]
    path: Float64Array = start[:, None] + direction[:, None] * share
    path[..., 2] -= droop[:, None] * share[..., 0] ** 2
    return path


def level_across(direction: Float64Array) -> Float64Array:
    """Return for each direction (N, 3) a level unit vector across it."""
    side = np.stack([-direction[:, 1], direction[:, 0], np.zeros(len(direction))], axis=1)
    unit: Float64Array = side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6)
    return unit
