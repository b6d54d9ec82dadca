"""What a garment and a scene are like, as plain numbers that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass

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
