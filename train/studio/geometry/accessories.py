"""What is worn beside the garment, on the form's own measures: scarf, tie, belt, hats, tape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.studio.geometry.cloth_front import Front, hang_length, make_grid
from train.studio.geometry.dress_form import torso_profile
from train.studio.geometry.headwear import build_hat, build_headscarf
from train.studio.geometry.mesh import Mesh, join
from train.studio.geometry.neckwear import build_bow, build_scarf, build_stole, build_tie
from train.studio.geometry.strips import bend_strips
from train.studio.plans.form import FormPlan

Build = Callable[[FormPlan, Front, np.random.Generator], Mesh]


def build_accessory(shape: str, form: FormPlan, front: Front, seed: int) -> Mesh:
    """Return one of ACCESSORIES, worn over cloth whose front is where `front` says."""
    return ACCESSORIES[shape](form, front, np.random.default_rng([seed, 62]))


def _stand_off(form: FormPlan, front: Front, z_m: float) -> float:
    """Return how far the cloth stands off the form in the middle of its front, metres."""
    _, b, _, y = (float(v[0]) for v in torso_profile(form).at(np.array([z_m])))
    return max(0.0, y - b - float(front(np.zeros(1), np.full(1, z_m))[0]))


def _belt(form: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """A belt about the waist, drawn in, with a hanging end now and then."""
    wide = float(rng.uniform(0.02, 0.06))
    turn, v = np.meshgrid(np.linspace(0, 2 * np.pi, 81), np.linspace(-0.5, 0.5, 4), indexing="ij")
    z = 1.06 + v * wide + 0.004 * np.sin(2 * turn + rng.uniform(0, 6))
    a, b, _, y = torso_profile(form).at(z.ravel())
    out = _stand_off(form, front, 1.06) + 0.008 + 0.002 * np.cos(6 * v)
    x = (a.reshape(z.shape) + out) * np.cos(turn)
    depth = y.reshape(z.shape) + (b.reshape(z.shape) + out) * np.sin(turn)
    parts = [make_grid(np.stack([x, depth, z], axis=-1))]
    if rng.random() < 0.5:
        parts.append(
            hang_length(
                front,
                rng,
                x_m=float(rng.uniform(-0.06, 0.06)),
                top_m=1.06,
                length_m=float(rng.uniform(0.2, 0.6)),
                width_m=wide,
                lean=float(rng.normal(0, 0.06)),
                folds=1.0,
            )
        )
    return join(parts)


def _tape(form: FormPlan, front: Front, rng: np.random.Generator) -> Mesh:
    """A tailor's tape about the neck, both ends in front, or round bust, waist or hip."""
    if rng.random() < 0.4:
        z0 = float(rng.choice(np.array([1.23, 1.06, 0.9])))
        turn = np.linspace(0, 2 * np.pi, 81)
        a, b, _, y = torso_profile(form).at(np.full(81, z0))
        out = _stand_off(form, front, z0) + 0.004
        path = np.stack(
            [(a + out) * np.cos(turn), y + (b + out) * np.sin(turn), z0 + 0.006 * np.sin(turn)],
            axis=1,
        )
        return bend_strips(path[None], np.array([[0.0, 0.0, 1.0]]), np.array([0.018]))
    parts = []
    around = np.linspace(0.0, np.pi, 30)
    back = np.stack([0.075 * np.cos(around), 0.02 + 0.075 * np.sin(around), np.full(30, 1.462)], 1)
    parts.append(bend_strips(back[None], np.array([[0.0, 0.0, 1.0]]), np.array([0.018])))
    for side in (-1, 1):
        length = float(rng.uniform(0.3, 0.75))
        z = 1.462 - np.linspace(0, length, 40)
        x = side * (0.075 + 0.012 * np.sin(np.linspace(0, 2, 40)))
        face = front(x, z)
        face = np.minimum(face, np.minimum.accumulate(face) + 0.02) - 0.005
        face[0] = 0.02
        path = np.stack([x, face, z], axis=1)
        parts.append(bend_strips(path[None], np.array([[1.0, 0.0, 0.0]]), np.array([0.018])))
    return join(parts)


ACCESSORIES: dict[str, Build] = {
    "scarf": build_scarf,
    "stole": build_stole,
    "tie": build_tie,
    "bow": build_bow,
    "belt": _belt,
    "tape": _tape,
    "hat": build_hat,
    "headscarf": build_headscarf,
}
