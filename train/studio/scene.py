"""What each garment and each scene is like: plain numbers, sampled from (seed, index) alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.studio.form import FormPlan

KINDS = ("tshirt", "dress", "trousers", "jacket", "longsleeve", "skirt")
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class GarmentPlan:
    """A garment's cut and the mannequin that wears it; lengths in metres.

    `kind` is one of KINDS or `bare`. `ease_m` is the air between body and cloth, `straight` how
    little the waist is shaped (0 follows the body, 1 hangs straight), `hem_z_m` the hem's height,
    `flare` the widening per metre below the waist. `neck` is `crew`, `scoop`, `vee` or `high`.
    `front` is `closed`, `buttoned` or `open`. `stuffing`, 0 to 1, is how well a dress form's empty
    sleeves keep their shape.
    """

    index: int
    kind: str
    form: FormPlan
    ease_m: float = 0.02
    straight: float = 0.6
    hem_z_m: float = 0.9
    flare: float = 0.0
    waves: int = 0
    wave_m: float = 0.0
    phase: float = 0.0
    neck: str = "crew"
    neck_drop_m: float = 0.0
    sleeve_m: float = 0.0
    sleeve_radius_m: float = 0.08
    cuff_radius_m: float = 0.07
    sleeve_angle_deg: float = 60.0
    front: str = "closed"
    collar: bool = False
    pocket: bool = False
    stiffness: float = 0.3
    stuffing: float = 0.45


@dataclass(frozen=True)
class FabricPlan:
    """`pattern` is one of train.studio.fabric.PATTERNS; `colours` are sRGB in 0..1."""

    pattern: str
    colours: tuple[Colour, Colour, Colour]
    scale: float
    roughness: float
    sheen: float
    weave: float
    seed: int


@dataclass(frozen=True)
class LightPlan:
    """One softbox: where it is about the subject, its size, and the light it gives there."""

    name: str
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    size_m: float
    level: float
    warmth: float


@dataclass(frozen=True)
class CameraPlan:
    """Where the camera is and how tightly it frames the garment.

    `fill` is the share of the picture's height or width the garment's box takes (above 1 it is
    cut by the edge); `shift` moves the garment in the frame, in shares of the free margin.
    """

    azimuth_deg: float
    elevation_deg: float
    focal_mm: float
    fill: float
    shift: tuple[float, float]
    landscape: bool


@dataclass(frozen=True)
class ExposurePlan:
    """What the camera and its raw converter do: stops, white balance gains, noise, vignette."""

    stops: float
    gains: Colour
    read_noise: float
    shot_noise: float
    vignette: float
    contrast: float
    seed: int


@dataclass(frozen=True)
class ScenePlan:
    """One picture."""

    seed: int
    index: int
    garment: GarmentPlan
    fabric: FabricPlan
    trim: FabricPlan
    form_surface: str
    form_colour: Colour
    base: str
    wood_cap: bool
    stand_dark: bool
    backdrop_colour: Colour
    backdrop_distance_m: float
    backdrop_glow: float
    lights: tuple[LightPlan, ...]
    camera: CameraPlan
    exposure: ExposurePlan

    @property
    def stem(self) -> str:
        """The scene's file name without suffix."""
        return f"studio-{self.seed}-{self.index:05d}"


def plan_garment(seed: int, index: int, bare_share: float = 0.04) -> GarmentPlan:
    """The garment with this number: kinds come in shuffled rounds so that all come equally often."""
    round_rng = np.random.default_rng([seed, index // len(KINDS), 11])
    kind = str(round_rng.permutation(np.array(KINDS))[index % len(KINDS)])
    rng = np.random.default_rng([seed, index, 12])
    if rng.random() < bare_share:
        return GarmentPlan(index, "bare", _form(rng, ("bust", "figure", "legs")))
    if kind == "trousers":
        return _trousers(index, rng)
    if kind == "skirt":
        return _skirt(index, rng)
    if kind == "dress":
        return _dress(index, rng)
    return _top(index, kind, rng)


def _form(rng: np.random.Generator, kinds: tuple[str, ...]) -> FormPlan:
    bust, waist, hip = rng.normal(1.0, 0.05, 3).clip(0.9, 1.14)
    kind = str(rng.choice(np.array(kinds)))
    return FormPlan(
        kind, float(bust), float(waist + 0.06 * (rng.random() < 0.3)), float(hip),
        float(rng.uniform(9, 20)),
    )  # fmt: skip


def _top(index: int, kind: str, rng: np.random.Generator) -> GarmentPlan:
    form = _form(rng, ("bust", "bust", "figure"))
    jacket = kind == "jacket"
    ease = rng.uniform(0.022, 0.04) if jacket else rng.uniform(0.008, 0.035)
    short = kind == "tshirt"
    radius = rng.uniform(0.072, 0.092) if short else rng.uniform(0.064, 0.076) + 0.006 * jacket
    front = str(rng.choice(np.array(["open", "buttoned", "buttoned"]))) if jacket else "closed"
    if kind == "longsleeve" and rng.random() < 0.35:
        front = "buttoned"
    neck = "vee" if jacket else str(rng.choice(np.array(["crew", "crew", "crew", "scoop", "vee"])))
    if kind == "longsleeve" and front == "closed" and rng.random() < 0.25:
        neck = "high"
    return GarmentPlan(
        index, kind, form,
        ease_m=float(ease),
        straight=float(rng.uniform(0.25, 1.0)),
        hem_z_m=float(rng.uniform(0.74, 0.92) if jacket else rng.uniform(0.8, 1.0)),
        flare=float(rng.uniform(0.0, 0.12)),
        neck="crew" if front == "buttoned" and not jacket else neck,
        neck_drop_m=float(rng.uniform(0.14, 0.24) if jacket else rng.uniform(0.02, 0.11)),
        sleeve_m=float(rng.uniform(0.16, 0.3) if short else rng.uniform(0.5, 0.58)),
        sleeve_radius_m=float(radius),
        cuff_radius_m=float(radius * rng.uniform(0.78, 0.98) if short else rng.uniform(0.045, 0.065)),
        sleeve_angle_deg=float(rng.uniform(38, 56) if short else rng.uniform(58, 67)),
        front=front,
        collar=jacket or front == "buttoned",
        pocket=bool(rng.random() < (0.8 if jacket else 0.25)),
        stiffness=float(rng.uniform(0.5, 2.0) if jacket else rng.uniform(0.05, 0.6)),
        stuffing=float(rng.uniform(0.3, 0.55) if short else rng.uniform(0.12, 0.34)),
    )  # fmt: skip


def _dress(index: int, rng: np.random.Generator) -> GarmentPlan:
    sleeve = float(
        rng.choice(np.array([0.0, 0.0, rng.uniform(0.14, 0.24), rng.uniform(0.5, 0.56)]))
    )
    radius = float(rng.uniform(0.07, 0.085))
    return GarmentPlan(
        index, "dress", _form(rng, ("bust", "bust", "figure")),
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
        stuffing=float(rng.uniform(0.3, 0.5) if sleeve < 0.4 else rng.uniform(0.12, 0.34)),
    )  # fmt: skip


def _skirt(index: int, rng: np.random.Generator) -> GarmentPlan:
    pleated = bool(rng.random() < 0.35)
    return GarmentPlan(
        index, "skirt", _form(rng, ("bust", "legs", "figure")),
        ease_m=float(rng.uniform(0.006, 0.014)),
        straight=0.0,
        hem_z_m=float(rng.uniform(0.28, 0.74)),
        flare=float(rng.uniform(0.1, 0.5)),
        waves=int(rng.integers(16, 23) if pleated else rng.integers(5, 11)),
        wave_m=float(rng.uniform(0.008, 0.014) if pleated else rng.uniform(0.008, 0.034)),
        phase=float(rng.uniform(0, 6.28)),
        stiffness=float(rng.uniform(0.1, 1.0)),
    )  # fmt: skip


def _trousers(index: int, rng: np.random.Generator) -> GarmentPlan:
    shorts = bool(rng.random() < 0.2)
    return GarmentPlan(
        index, "trousers", _form(rng, ("legs", "legs", "figure")),
        ease_m=float(rng.uniform(0.008, 0.028)),
        hem_z_m=float(rng.uniform(0.5, 0.66) if shorts else rng.uniform(0.06, 0.16)),
        flare=float(rng.uniform(0.0, 0.09)),
        pocket=bool(rng.random() < 0.7),
        stiffness=float(rng.uniform(0.2, 1.5)),
    )  # fmt: skip
