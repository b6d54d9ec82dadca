"""Fringe, tassels and the fuzz of a knit: thin strips that stand off a garment's edge or face."""

from __future__ import annotations

import numpy as np

from train.arrays import BoolArray, Float64Array
from train.studio.geometry.mesh import Mesh
from train.studio.geometry.strips import bend_strips, level_across


def hang_fringe(mesh: Mesh, at_hem: BoolArray, *, length_m: float, gap_m: float, seed: int) -> Mesh:
    """Return strands that hang from the rim where `at_hem`; with a gap they gather to tassels."""
    rng = np.random.default_rng([seed, 63])
    edges, count = np.unique(mesh.edges(), axis=0, return_counts=True)
    rim = edges[(count == 1) & at_hem[edges].all(1)]
    if not len(rim):
        return Mesh(np.zeros((0, 3)), np.zeros((0, 4), np.int64))
    first, second = mesh.vertices[rim[:, 0]], mesh.vertices[rim[:, 1]]
    per_m = 0.0055 if not gap_m else gap_m / 14
    number = np.maximum(1, (np.linalg.norm(second - first, axis=1) / per_m).astype(int))
    index = np.repeat(np.arange(len(rim)), number)
    share = rng.uniform(0, 1, len(index))[:, None]
    start = first[index] * (1 - share) + second[index] * share
    if gap_m:
        angle = np.arctan2(start[:, 1], start[:, 0])
        size = float(np.hypot(start[:, 0], start[:, 1]).mean())
        step = gap_m / max(size, 0.05)
        pull = np.round(angle / step) * step - angle
        start[:, :2] += 0.9 * pull[:, None] * np.stack([-start[:, 1], start[:, 0]], axis=1)
    along = np.array([0.0, 0.0, -1.0]) + rng.normal(0, 0.05 if not gap_m else 0.09, (len(index), 3))
    along *= length_m * rng.uniform(0.88, 1.08, (len(index), 1))
    bow = np.sin(np.linspace(0, np.pi, 5))[None, :, None] * rng.normal(0, 0.05, (len(index), 1, 3))
    paths = start[:, None] + along[:, None] * np.linspace(0, 1, 5)[None, :, None] + bow * length_m
    turn = rng.uniform(0, np.pi, len(index))
    across = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    return bend_strips(paths, across, np.array([0.003, 0.003, 0.0028, 0.0024, 0.0016]))


def raise_fuzz(mesh: Mesh, *, length_m: float, count: int, seed: int) -> Mesh:
    """Return short hairs that stand off the cloth, as mohair and brushed wool have them."""
    rng = np.random.default_rng([seed, 64])
    corners = mesh.vertices[mesh.quads]
    area = np.linalg.norm(
        np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]), axis=1
    )
    chosen = rng.choice(len(area), count, p=area / area.sum())
    weight = rng.dirichlet(np.ones(4), count)
    start = (corners[chosen] * weight[..., None]).sum(1)
    normal = mesh.normals()[mesh.quads[chosen]].mean(1)
    hair = (normal + rng.normal(0, 0.7, (count, 3))) * length_m * rng.uniform(0.4, 1.0, (count, 1))
    curl = rng.normal(0, 0.25 * length_m, (count, 1, 3))
    share = np.linspace(0, 1, 4)[None, :, None]
    paths = start[:, None] + hair[:, None] * share + curl * np.sin(np.pi * share)
    return bend_strips(paths, level_across(hair), np.array([0.0012, 0.001, 0.0008, 0.0004]))


def spread_uv(strands: Mesh, seed: int) -> Float64Array:
    """Return cloth coordinates that give every strip of quads one place in the pattern."""
    rng = np.random.default_rng([seed, 65])
    # Quads of one strip follow each other: a new strip begins where they share no vertex.
    begins = np.ones(len(strands.quads), bool)
    begins[1:] = strands.quads[1:, 0] != strands.quads[:-1, 3]
    place = rng.uniform(0, 1, (int(begins.sum()), 2))
    uv: Float64Array = np.repeat(place[np.cumsum(begins) - 1][:, None], 4, axis=1)
    return uv
