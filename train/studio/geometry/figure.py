"""The mannequin that is seen: the form the cloth fell onto, with head, hands, seams and cuts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import arm_field, arm_joints, figure_field, hand_rest
from train.studio.geometry.mesh import Mesh, extract_surface, join, lathe, lay_along
from train.studio.geometry.signed_distance import Field, Limb, Loft, Profile, blend
from train.studio.plans.form import FormPlan

THIGH_Z_M = 0.60
HEAD_Z_M = 1.555


@lru_cache(maxsize=8)
def figure_mesh(plan: FormPlan, head: str, *, arms: bool, legs: bool) -> Mesh:
    """Skin of a figure; without `arms` or `legs` it ends in flat cuts as a shop's torso does."""
    field = figure_field(plan, arms=arms)
    low, high = np.array([-0.75, -0.45, -0.02]), np.array([0.75, 0.3, 1.58])
    if head != "none":
        field = blend([field, *_head(head, plan.head)], 0.022)
        high[2] = 1.56 + 0.28 * plan.head
    if not legs:
        whole = field
        low[2] = THIGH_Z_M - 0.02

        def field(points: Float64Array) -> Float64Array:
            kept: Float64Array = np.maximum(whole(points), THIGH_Z_M - points[:, 2])
            return kept

    if not arms:
        low[0], high[0] = -0.3, 0.3
    parts = [extract_surface(field, low, high, 0.012)]
    if arms:
        parts += [_hand(plan, side) for side in (-1, 1)]
    return join(parts)


def arm_mesh(plan: FormPlan, side: int) -> Mesh:
    """Return one arm with its hand, apart from the body."""
    ends = np.array(arm_joints(plan, side))
    arm = extract_surface(arm_field(plan, side), ends.min(0) - 0.07, ends.max(0) + 0.07, 0.011)
    return join([arm, _hand(plan, side)])


def _head(kind: str, size: float = 1.0) -> list[Field]:
    """Return neck and head; an egg, or one with a nose, chin and ears."""

    def limb(
        start: tuple[float, float, float],
        end: tuple[float, float, float],
        first: float,
        last: float,
    ) -> Limb:
        a, b = (
            (p[0] * size, p[1] * size, HEAD_Z_M + (p[2] - HEAD_Z_M) * size) for p in (start, end)
        )
        return Limb(a, b, first * size, last * size)

    skull = Loft(
        _egg(HEAD_Z_M, HEAD_Z_M + 0.245 * size, 0.074 * size, 0.092 * size, -0.012), squareness=2.0
    )
    parts: list[Field] = [Limb((0.0, 0.006, 1.46), (0.0, -0.004, 1.60), 0.05, 0.048), skull]
    if kind == "face":
        parts += [
            limb((0.0, -0.103, 1.70), (0.0, -0.118, 1.665), 0.008, 0.014),
            limb((0.0, -0.082, 1.595), (0.0, -0.088, 1.59), 0.026, 0.022),
            limb((-0.02, -0.1, 1.628), (0.02, -0.1, 1.628), 0.007, 0.007),
            *(limb((s * 0.075, 0.0, 1.70), (s * 0.073, 0.003, 1.655), 0.014, 0.01)
              for s in (-1, 1)),
        ]  # fmt: skip
    return parts


def _egg(low_m: float, high_m: float, width_m: float, depth_m: float, y_m: float) -> Profile:
    share = np.linspace(0, 1, 24)
    # Narrower at the chin than at the crown.
    size = np.sqrt(np.maximum(1 - (2 * share - 1) ** 2, 0.004)) * (0.86 + 0.16 * share)
    z = low_m + share * (high_m - low_m)
    y = y_m + 0.02 * share
    return Profile(np.stack([z, size * width_m, size * depth_m, 0 * z, y], axis=1))


@lru_cache(maxsize=16)
def _hand(plan: FormPlan, side: int) -> Mesh:
    """Return a hand with fingers, on a finer grid than the body."""
    _, elbow, wrist, tips = (np.array(p) for p in arm_joints(plan, side))
    down = (tips - wrist) / np.linalg.norm(tips - wrist)
    resting = hand_rest(plan, side) is not None
    # The fingers lie side by side to the front, or over the cloth that the palm rests on.
    fore = np.array([0.0, -1.0, 0.0]) + down * down[1]
    if resting:
        fore = np.cross(down, [0.35 * side, -1.0, 0.0])
    fore = fore / np.linalg.norm(fore)
    palm = wrist + 0.085 * down

    def limb(
        start: Float64Array, end: Float64Array, first: float, last: float, depth: float = 1.0
    ) -> Limb:
        a, b = tuple(map(float, start)), tuple(map(float, end))
        return Limb((a[0], a[1], a[2]), (b[0], b[1], b[2]), first, last, depth)

    parts: list[Field] = [
        limb(wrist - 0.03 * down, wrist, 0.025, 0.023),
    ]
    if resting:
        parts += [limb(wrist + 0.5 * off * fore, palm + off * fore, 0.017, 0.0165)
                  for off in (-0.02, 0.0, 0.02)]  # fmt: skip
    else:
        parts.append(limb(wrist, palm, 0.020, 0.021, 1.75))
    for offset, length in ((0.024, 0.07), (0.008, 0.082), (-0.008, 0.076), (-0.024, 0.056)):
        root = palm + offset * fore - 0.01 * down
        curl = (root - elbow) * np.array([0.0 if resting else -0.06, 0.0, 0.0])
        parts.append(limb(root, root + (length + 0.01) * down + curl, 0.0085, 0.0065))
    thumb = wrist + 0.025 * down + 0.024 * fore
    parts.append(limb(thumb, thumb + 0.05 * down + 0.025 * fore, 0.0105, 0.0075))
    ends = np.stack([wrist, tips, palm])
    return extract_surface(blend(parts, 0.006), ends.min(0) - 0.06, ends.max(0) + 0.06, 0.0048)


def joint_rings(plan: FormPlan) -> Mesh:
    """The seams where a shop mannequin's arms come off, as thin rings a shade proud of them."""
    rings = []
    for side in (-1, 1):
        shoulder, elbow, wrist, _ = (np.array(p) for p in arm_joints(plan, side))
        rings.append(_ring(shoulder + 0.35 * (elbow - shoulder), elbow - shoulder, 0.0428))
        rings.append(_ring(wrist - 0.02 * (wrist - elbow), wrist - elbow, 0.0246))
    return join(rings)


def _ring(centre: Float64Array, axis: Float64Array, radius_m: float) -> Mesh:
    edge = radius_m + 0.0012
    band = lathe([(radius_m * 0.5, -0.0016), (edge, -0.0016), (edge, 0.0016),
                  (radius_m * 0.5, 0.0016)], 24)  # fmt: skip
    return lay_along(band, axis, centre)


def hair_mesh(length: str) -> Mesh:
    """Return a wig: a cap open at the face, and when `long` a fall to the shoulders."""
    outer = Loft(_egg(1.56, 1.825, 0.089, 0.108, -0.006), squareness=2.0)
    parts: list[Field] = [outer]
    if length == "long":
        parts.append(Limb((0.0, 0.055, 1.70), (0.0, 0.075, 1.42), 0.085, 0.05, 0.6))
    whole = blend(parts, 0.03)

    def wig(points: Float64Array) -> Float64Array:
        x, y, z = points.T
        # The face is cut free by a sphere that reaches in from the front.
        face = 0.105 - np.sqrt((x / 0.75) ** 2 + (y + 0.125) ** 2 + ((z - 1.635) / 1.25) ** 2)
        below = np.where(y < 0.03, 1.62 - z, -1.0)
        kept: Float64Array = np.maximum(whole(points), np.maximum(face, below))
        return kept

    return extract_surface(wig, np.array([-0.15, -0.2, 1.3]), np.array([0.15, 0.25, 1.86]), 0.011)


def shoe_meshes(style: int) -> Mesh:
    """Return a pair of closed shoes over a figure's feet."""
    shoes = []
    for side in (-1, 1):
        sole = Limb((side * 0.092, 0.02, 0.034), (side * 0.11, -0.17, 0.024), 0.044, 0.032)
        shaft = Limb(
            (side * 0.093, 0.008, 0.05), (side * 0.093, 0.008, 0.07 + 0.08 * style), 0.05, 0.047
        )
        field = blend([sole, shaft], 0.02)
        low = np.array([min(side * 0.03, side * 0.18), -0.23, -0.01])
        high = np.array([max(side * 0.03, side * 0.18), 0.09, 0.22])
        shoes.append(extract_surface(field, low, high, 0.01))
    return join(shoes)
