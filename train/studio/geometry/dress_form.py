"""Mannequins: a dress form, a lower form with legs, and a headless figure, with their stands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.mesh import Mesh, extract_surface
from train.studio.geometry.signed_distance import Field, Limb, Loft, Profile, blend
from train.studio.plans.form import FormPlan

# Height, half width, half depth and y of a dress form's rings in metres (bust 88, waist 66,
# hips 93 cm), as makers' size tables give them for a European 38.
TORSO = np.array(
    [
        (0.76, 0.163, 0.112, 0.006),
        (0.82, 0.174, 0.120, 0.008),
        (0.88, 0.177, 0.123, 0.010),
        (0.96, 0.160, 0.112, 0.006),
        (1.06, 0.119, 0.092, 0.000),
        (1.14, 0.131, 0.098, -0.004),
        (1.23, 0.150, 0.120, -0.012),
        (1.31, 0.160, 0.108, -0.004),
        (1.36, 0.176, 0.088, 0.006),
        (1.39, 0.182, 0.076, 0.012),
        (1.41, 0.164, 0.068, 0.014),
        (1.44, 0.112, 0.060, 0.016),
        (1.465, 0.074, 0.055, 0.014),
        (1.49, 0.056, 0.053, 0.008),
        (1.56, 0.051, 0.051, 0.002),
    ]
)
# Height, x of the right leg's centre, half width, half depth and y.
LEG = np.array(
    [
        (0.03, 0.094, 0.034, 0.040, 0.004),
        (0.10, 0.093, 0.033, 0.039, 0.008),
        (0.20, 0.092, 0.041, 0.045, 0.012),
        (0.36, 0.093, 0.055, 0.061, 0.010),
        (0.50, 0.093, 0.055, 0.060, -0.004),
        (0.65, 0.093, 0.070, 0.077, 0.000),
        (0.80, 0.091, 0.084, 0.096, 0.006),
        (0.93, 0.085, 0.082, 0.104, 0.008),
    ]
)
SHOULDER_Z_M = 1.405


def torso_profile(plan: FormPlan) -> Profile:
    """Return the rings of the torso in this mannequin's proportions."""
    z = TORSO[:, 0]
    width = np.interp(
        z, [0.9, 1.06, 1.2, 1.36, 1.45], [plan.hip, plan.waist, plan.bust, (1 + plan.bust) / 2, 1.0]
    )
    deep = TORSO[:, 2] * width * plan.depth
    rows = [z, TORSO[:, 1] * width, deep, np.zeros_like(z), TORSO[:, 3]]
    return Profile(np.stack(rows, axis=1))


def leg_profile(plan: FormPlan, side: int) -> Profile:
    """Return the rings of one leg; `side` is 1 for the picture's right and -1 for its left."""
    width = np.interp(LEG[:, 0], [0.3, 0.8], [1.0, plan.hip])
    deep = LEG[:, 3] * width * plan.depth
    rows = [LEG[:, 0], LEG[:, 2] * width, deep, side * LEG[:, 1] * width, LEG[:, 4]]
    return Profile(np.stack(rows, axis=1))


def arm_joints(plan: FormPlan, side: int) -> list[tuple[float, float, float]]:
    """Shoulder, elbow, wrist and fingertips of one arm of a figure, metres."""
    rest = hand_rest(plan, side)
    if rest is not None:
        return _resting_arm(plan, side, rest)
    angle = np.radians(plan.arm_angle_deg)
    shoulder = np.array([0.172 * (1 + plan.bust) / 2, 0.012, SHOULDER_Z_M - 0.03])
    elbow = shoulder + 0.29 * np.array([np.sin(angle), 0.06, -np.cos(angle)])
    turn = angle * 0.7 - np.radians(plan.forearm_in_deg)
    forearm = np.array([np.sin(turn), -plan.forearm_forward, -np.cos(turn)])
    wrist = elbow + 0.25 * forearm / max(1.0, float(np.linalg.norm(forearm)))
    hand = np.array([np.sin(turn) - 0.4 * np.sin(angle), -0.12 - 0.5 * plan.forearm_forward, -1.0])
    tips = wrist + 0.16 * hand / max(1.0, float(np.linalg.norm(hand)))
    return [(side * float(p[0]), float(p[1]), float(p[2])) for p in (shoulder, elbow, wrist, tips)]


def hand_rest(plan: FormPlan, side: int) -> str | None:
    """Return `hip` or `waist` if this hand rests there, None if the arm hangs."""
    both = {"hips": "hip", "clasped": "waist"}
    if plan.pose in both:
        return both[plan.pose]
    return plan.pose if plan.pose != "hang" and side == 1 else None


def _resting_arm(plan: FormPlan, side: int, rest: str) -> list[tuple[float, float, float]]:
    """Bend the elbow so that the hand comes to lie on the cloth at the hip or the waist."""
    a, b, _, y = (float(v[0]) for v in torso_profile(plan).at(np.array([1.03])))
    shoulder = np.array([0.172 * (1 + plan.bust) / 2, 0.012, SHOULDER_Z_M - 0.03])
    if rest == "hip":
        wrist = np.array([a + 0.085, -0.03, 1.035])
        hand, pole = np.array([-0.45, -0.55, -0.7]), np.array([1.0, 0.35, 0.0])
    else:
        wrist = np.array([0.115, y - b - 0.075, 1.05])
        hand, pole = np.array([-0.93, 0.02, -0.36]), np.array([1.0, 0.5, -0.2])
    way = wrist - shoulder
    length = float(np.linalg.norm(way))
    upper, lower = 0.29, 0.25
    along = (upper**2 - lower**2 + length**2) / (2 * length)
    out = pole - way * float(pole @ way) / length**2
    out = out / np.linalg.norm(out)
    elbow = shoulder + way / length * along + out * np.sqrt(max(upper**2 - along**2, 0.0))
    tips = wrist + 0.16 * hand / np.linalg.norm(hand)
    return [(side * float(p[0]), float(p[1]), float(p[2])) for p in (shoulder, elbow, wrist, tips)]


def arm_field(plan: FormPlan, side: int) -> Field:
    """Return one arm alone, as one that is of another finish than its form."""
    return blend(_arm(plan, side), 0.02)


def _arm(plan: FormPlan, side: int) -> list[Field]:
    shoulder, elbow, wrist, tips = arm_joints(plan, side)
    flat = 1.5 if hand_rest(plan, side) is None else 1.0
    return [
        Limb(shoulder, elbow, 0.046, 0.037),
        Limb(elbow, wrist, 0.037, 0.024),
        Limb(wrist, tips, 0.025, 0.016, depth=flat),
    ]


def _foot(side: int) -> Field:
    return Limb((side * 0.092, 0.012, 0.042), (side * 0.108, -0.15, 0.026), 0.04, 0.026)


def figure_field(plan: FormPlan, *, arms: bool) -> Field:
    """Return a headless figure with legs and feet; its arms end in mittens at the fingertips."""
    legs: list[Field] = [Loft(leg_profile(plan, side), squareness=2.0) for side in (-1, 1)]
    feet = [_foot(side) for side in (-1, 1)]
    # Between two legs the torso must end in a curve, not in the dress form's flat underside.
    crotch = torso_profile(plan).rings.copy()
    crotch[0, 1:3] *= 0.45
    torso = Loft(Profile(crotch))
    limbs = [limb for side in (-1, 1) for limb in _arm(plan, side)] if arms else []
    return blend([torso, *legs, *feet, *limbs], 0.02)


@lru_cache(maxsize=8)
def form_mesh(plan: FormPlan, step_m: float = 0.012) -> Mesh:
    """Return the mannequin's skin as one closed mesh."""
    if plan.kind == "bust":
        torso = Loft(torso_profile(plan))
        return extract_surface(
            torso, np.array([-0.3, -0.25, 0.7]), np.array([0.3, 0.25, 1.58]), step_m
        )
    if plan.kind == "figure":
        low, high = np.array([-0.75, -0.45, -0.02]), np.array([0.75, 0.3, 1.58])
        return extract_surface(figure_field(plan, arms=True), low, high, step_m)
    lower = figure_field(plan, arms=False)

    def waist_down(points: Float64Array) -> Float64Array:
        capped: Float64Array = np.maximum(lower(points), points[:, 2] - 1.11)
        return capped

    return extract_surface(
        waist_down, np.array([-0.3, -0.3, -0.02]), np.array([0.3, 0.3, 1.15]), step_m
    )
