"""Parasols, open and closed, in a box of about 1 x 1 x 1."""

from __future__ import annotations

import numpy as np

from train.studio.geometry.furniture import PropPart, turn
from train.studio.geometry.mesh import Mesh, join
from train.studio.geometry.strips import bend_tube


def build_parasol(rng: np.random.Generator) -> list[PropPart]:
    """An open parasol: its canopy sags between the ribs; the pole is the second colour."""
    panels, across = int(rng.choice(np.array([8, 8, 12, 16, 24]))), 6
    deep = float(rng.uniform(0.16, 0.34))
    angle = np.linspace(0, 2 * np.pi, panels * across, endpoint=False)
    sag = np.abs(np.sin(angle * panels / 2))
    rings = []
    for share in np.linspace(0.02, 1.0, 9):
        radius = 0.5 * share * (1 - 0.055 * sag * share**2)
        z = 1.0 - deep * share**1.8 + 0.02 * sag * share**2
        rings.append(
            np.stack(
                [radius * np.cos(angle), radius * np.sin(angle), np.broadcast_to(z, angle.shape)],
                axis=1,
            )
        )
    n = len(angle)
    here, after = np.arange(n), (np.arange(n) + 1) % n
    quads = [np.stack([here, after, after + n, here + n], 1) + row * n for row in range(8)]
    canopy = Mesh(np.concatenate(rings), np.concatenate(quads))
    pole = turn([(0.011, 0.0), (0.009, 1.05)], 10)
    ribs = []
    for rib in range(panels):
        turn_rad = 2 * np.pi * rib / panels
        share = np.linspace(0.05, 1.0, 8)
        path = np.stack(
            [
                0.5 * share * np.cos(turn_rad),
                0.5 * share * np.sin(turn_rad),
                1.0 - deep * share**1.8 - 0.006,
            ],
            axis=1,
        )
        ribs.append(bend_tube(path, np.full(8, 0.0028), 4))
    return [PropPart(canopy, "main"), PropPart(join([pole, *ribs]), "second")]


def build_closed_parasol(rng: np.random.Generator) -> list[PropPart]:
    """A rolled parasol or umbrella that stands or leans."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    folds = int(rng.integers(6, 10))
    rings = []
    for z in np.linspace(0.12, 0.85, 10):
        width = 0.05 + 0.10 * np.sin(np.pi * (z - 0.12) / 0.8)
        radius = width * (0.75 + 0.25 * np.cos(folds * angle + 2 * z))
        rings.append(
            np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(48, z)], axis=1)
        )
    here, after = np.arange(48), (np.arange(48) + 1) % 48
    quads = [np.stack([here, after, after + 48, here + 48], 1) + row * 48 for row in range(9)]
    cloth = Mesh(np.concatenate(rings), np.concatenate(quads))
    return [
        PropPart(cloth, "main", smooth=True),
        PropPart(turn([(0.02, 0.0), (0.02, 1.0)]), "second"),
    ]
