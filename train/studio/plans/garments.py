"""The garments there are: each sampled from (seed, index) alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.form import FormPlan
from train.studio.plans.scene import KINDS, OUTERWEAR, GarmentPlan


def plan_garment(seed: int, index: int, bare_share: float = 0.04) -> GarmentPlan:
    """The garment with this number; kinds come in shuffled rounds, so all come equally often."""
    kind = kind_of(seed, index)
    rng = np.random.default_rng([seed, index, 12])
    if rng.random() < bare_share:
        return GarmentPlan(index, "bare", sample_form(rng, ("bust", "figure", "legs")))
    return plan_by_kind(index, kind, rng)


def plan_by_kind(index: int, kind: str, rng: np.random.Generator) -> GarmentPlan:
    """Return a garment of one of KINDS."""
    if kind == "trousers":
        return plan_trousers(index, rng)
    if kind == "skirt":
        return plan_skirt(index, rng)
    if kind == "dress":
        return plan_dress(index, rng)
    return plan_top(index, kind, rng)


def kind_of(seed: int, index: int) -> str:
    """Return the kind of the garment with this number, were it not left out."""
    rng = np.random.default_rng([seed, index // len(KINDS), 11])
    return str(rng.permutation(np.array(KINDS))[index % len(KINDS)])


def assign_split(kind: str, index: int, val_share: float, kinds: tuple[str, ...] = KINDS) -> str:
    """`val` for an evenly spaced share of the garments, over all kinds in turn, else `train`.

    Args:
        kind: of the garment with this number, one of `kinds`.
        index: the garment's number.
        val_share: share for validation.
        kinds: those that come in rounds.
    """
    turn = index // len(kinds)
    # Every kind begins elsewhere in its share, so that not all fall on the same round.
    start = (kinds.index(kind) + 0.5) / len(kinds)
    before, after = int(turn * val_share + start), int((turn + 1) * val_share + start)
    return "val" if after > before else "train"


def sample_form(rng: np.random.Generator, kinds: tuple[str, ...]) -> FormPlan:
    """Return a mannequin of one of the kinds."""
    bust, waist, hip = rng.normal(1.0, 0.05, 3).clip(0.9, 1.14)
    kind = str(rng.choice(np.array(kinds)))
    inward = float(rng.choice(np.array([0.0, 0.0, rng.uniform(10, 70)])))
    return FormPlan(
        kind, float(bust), float(waist + 0.06 * (rng.random() < 0.3)), float(hip),
        float(rng.uniform(9, 20)) + inward * 0.25, inward,
        float(rng.choice(np.array([0.14, 0.14, rng.uniform(0.2, 0.8)]))),
    )  # fmt: skip


def _wide_armed(form: FormPlan) -> FormPlan:
    """Return the same mannequin with its hands clear of a wide skirt."""
    return replace(form, arm_angle_deg=form.arm_angle_deg + 14)


def plan_top(index: int, kind: str, rng: np.random.Generator) -> GarmentPlan:
    """Return a T-shirt, long-sleeved top, jacket or coat."""
    form = sample_form(rng, ("bust", "bust", "figure"))
    jacket, coat = kind in OUTERWEAR, kind == "coat"
    form = _wide_armed(form) if coat else form
    ease = rng.uniform(0.022, 0.04) if jacket else rng.uniform(0.008, 0.035)
    short = kind == "tshirt"
    radius = rng.uniform(0.072, 0.092) if short else rng.uniform(0.064, 0.076) + 0.006 * jacket
    cuff = (radius, 0.78, 0.98) if short else (1.0, 0.045, 0.065)
    front = (
        str(rng.choice(np.array(["open", "open" if coat else "buttoned", "buttoned"])))
        if jacket
        else "closed"
    )
    if kind == "longsleeve" and rng.random() < 0.35:
        front = "buttoned"
    low, high = (0.26, 0.62) if coat else (0.74, 1.0) if jacket else (0.72, 1.0)
    hem = rng.uniform(low, high)
    sleeveless = kind == "tshirt" and bool(rng.random() < 0.2)
    neck = "vee" if jacket else str(rng.choice(np.array(["crew", "crew", "crew", "scoop", "vee"])))
    if kind == "longsleeve" and front == "closed" and rng.random() < 0.25:
        neck = "high"
    return GarmentPlan(
        index, kind, form,
        ease_m=float(ease),
        straight=float(rng.uniform(0.25, 1.0)),
        hem_z_m=float(hem),
        flare=float(rng.uniform(0.08, 0.3) if coat else rng.uniform(0.0, 0.12)),
        waves=int(rng.integers(4, 9)) if coat else 0,
        wave_m=float(rng.uniform(0.004, 0.016)) if coat else 0.0,
        phase=float(rng.uniform(0, 6.28)) if coat else 0.0,
        neck="crew" if front == "buttoned" and not jacket else neck,
        neck_drop_m=float(rng.uniform(0.14, 0.24) if jacket else rng.uniform(0.02, 0.11)),
        sleeve_m=0.0 if sleeveless else float(
            rng.uniform(0.16, 0.3) if short else rng.uniform(0.36, 0.58)
        ),
        sleeve_radius_m=float(radius),
        cuff_radius_m=float(cuff[0] * rng.uniform(cuff[1], cuff[2])),
        sleeve_angle_deg=float(rng.uniform(38, 56) if short else rng.uniform(58, 67)),
        front=front,
        collar=jacket or front == "buttoned",
        pocket=bool(rng.random() < (0.8 if jacket else 0.25)),
        stiffness=float(rng.uniform(0.5, 2.0) if jacket else rng.uniform(0.05, 0.6)),
        stuffing=float(rng.uniform(0.3, 0.55) if short else rng.uniform(0.05, 0.26)),
        opening_m=float(rng.uniform(0.06, 0.26)),
        belt=bool(front == "buttoned" and rng.random() < (0.5 if coat else 0.1)),
        under=_under_top(index, kind, form, rng),
    )  # fmt: skip


def _under_top(
    index: int, kind: str, form: FormPlan, rng: np.random.Generator
) -> GarmentPlan | None:
    """Return a dress or top beneath a jacket, or the trousers or skirt that complete an outfit."""
    draw = rng.random()
    if kind in OUTERWEAR and draw < 0.55:
        inner = plan_dress(index, rng) if draw < 0.25 else plan_top(index, "tshirt", rng)
        return replace(
            inner, form=form, ease_m=0.005, straight=min(inner.straight, 0.3), sleeve_m=0.0,
            flare=min(inner.flare, 0.2), wave_m=min(inner.wave_m, 0.01), under=None,
            hem_z_m=max(inner.hem_z_m, 0.42), belt=False,
        )  # fmt: skip
    if form.kind == "figure" and draw > 0.4:
        lower = plan_trousers(index, rng) if rng.random() < 0.65 else plan_skirt(index, rng)
        return replace(lower, form=form, ease_m=min(lower.ease_m, 0.012), under=None,
                       flare=min(lower.flare, 0.15))  # fmt: skip
    return None


def plan_dress(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Return a dress, with or without sleeves."""
    sleeve = float(
        rng.choice(np.array([0.0, 0.0, rng.uniform(0.14, 0.24), rng.uniform(0.5, 0.56)]))
    )
    radius = float(rng.uniform(0.07, 0.085))
    return GarmentPlan(
        index, "dress", _wide_armed(sample_form(rng, ("bust", "bust", "figure"))),
        ease_m=float(rng.uniform(0.006, 0.02)),
        straight=float(rng.uniform(0.0, 0.5)),
        hem_z_m=float(rng.choice(np.array([rng.uniform(0.45, 0.72), rng.uniform(0.14, 0.4)]))),
        flare=float(rng.uniform(0.05, 0.55)),
        waves=int(rng.integers(5, 12)),
        wave_m=float(rng.uniform(0.008, 0.03)),
        phase=float(rng.uniform(0, 6.28)),
        neck=str(rng.choice(np.array(["crew", "scoop", "vee"]))),
        neck_drop_m=float(rng.uniform(0.04, 0.16)),
        sleeve_m=sleeve,
        sleeve_radius_m=radius,
        cuff_radius_m=radius * 0.85 if sleeve < 0.4 else float(rng.uniform(0.045, 0.06)),
        sleeve_angle_deg=float(rng.uniform(42, 58) if sleeve < 0.4 else rng.uniform(58, 67)),
        stiffness=float(rng.uniform(0.05, 0.5)),
        stuffing=float(rng.uniform(0.3, 0.5) if sleeve < 0.4 else rng.uniform(0.05, 0.26)),
    )  # fmt: skip


def plan_skirt(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Return a skirt, wavy or pleated."""
    pleated = bool(rng.random() < 0.35)
    form = _wide_armed(sample_form(rng, ("bust", "legs", "figure")))
    return GarmentPlan(
        index, "skirt", form,
        ease_m=float(rng.uniform(0.006, 0.014)),
        straight=0.0,
        hem_z_m=float(rng.uniform(0.28, 0.74)),
        flare=float(
            rng.choice(np.array([rng.uniform(0.0, 0.1), rng.uniform(0.1, 0.5)]), p=[0.3, 0.7])
        ),
        waves=int(rng.integers(16, 23) if pleated else rng.integers(5, 11)),
        wave_m=float(rng.uniform(0.008, 0.014) if pleated else rng.uniform(0.008, 0.034)),
        phase=float(rng.uniform(0, 6.28)),
        stiffness=float(rng.uniform(0.1, 1.0)),
        under=_tucked(index, form, rng),
    )  # fmt: skip


def plan_trousers(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Return trousers or shorts."""
    shorts = bool(rng.random() < 0.2)
    form = sample_form(rng, ("legs", "legs", "figure"))
    return GarmentPlan(
        index, "trousers", form,
        ease_m=float(rng.uniform(0.008, 0.028)),
        hem_z_m=float(rng.uniform(0.5, 0.66) if shorts else rng.uniform(0.06, 0.16)),
        flare=float(rng.uniform(0.0, 0.14)),
        pocket=bool(rng.random() < 0.7),
        stiffness=float(rng.uniform(0.2, 1.5)),
        under=_tucked(index, form, rng),
    )  # fmt: skip


def _tucked(index: int, form: FormPlan, rng: np.random.Generator) -> GarmentPlan | None:
    """A tight top whose hem is inside the waistband, on a mannequin that has an upper body."""
    if form.kind == "legs" or rng.random() > 0.4:
        return None
    top = plan_top(index, "tshirt" if rng.random() < 0.6 else "longsleeve", rng)
    return replace(
        top, form=form, ease_m=0.006, straight=0.1, hem_z_m=0.97, flare=0.0, under=None, belt=False,
    )  # fmt: skip
