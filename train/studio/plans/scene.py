"""What a garment and a scene are like, as plain numbers that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass

from train.studio.plans.form import FormPlan

KINDS = ("tshirt", "dress", "trousers", "jacket", "longsleeve", "skirt", "coat")
OUTERWEAR = ("jacket", "coat")
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class GarmentPlan:
    """A garment's cut and the mannequin that wears it; lengths in metres.

    `kind` is one of KINDS or `bare`. `ease_m` is the air between body and cloth, `straight` how
    little the waist is shaped (0 follows the body, 1 hangs straight), `hem_z_m` the hem's height,
    `flare` the widening per metre below the waist. `neck` is `crew`, `scoop`, `vee` or `high`.
    `front` is `closed`, `buttoned` or `open`. `stuffing`, 0 to 1, is how well a dress form's empty
    sleeves keep their shape. `opening_m` is how far an open front has fallen apart, `belt` a band
    at the waist, and `under` what is worn beneath, on the same mannequin.
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
    opening_m: float = 0.1
    belt: bool = False
    under: GarmentPlan | None = None


@dataclass(frozen=True)
class FabricPlan:
    """What a cloth is made of.

    `pattern` is one of train.studio.plans.fabrics.PATTERNS, `colours` are sRGB in 0..1. `cover` is
    the share of what lies behind that the cloth hides; below 1 it is sheer, and with `lace` the
    threads are dense in a pattern and thin between.
    """

    pattern: str
    colours: tuple[Colour, Colour, Colour]
    scale: float
    roughness: float
    sheen: float
    weave: float
    seed: int
    cover: float = 1.0
    lace: bool = False


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
    tint: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class CameraPlan:
    """Where the camera is and how tightly it frames the garment.

    `fill` is the share of the picture's height or width the garment's box takes (above 1 it is
    cut by the edge); `shift` moves the garment in the frame, in shares of the free margin.
    An `f_stop` of 0 keeps everything sharp.
    """

    azimuth_deg: float
    elevation_deg: float
    focal_mm: float
    fill: float
    shift: tuple[float, float]
    landscape: bool
    roll_deg: float = 0.0
    f_stop: float = 0.0


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
    veil: float = 0.0
    sharpen: float = 0.0
    jpeg_quality: int = 92


@dataclass(frozen=True)
class MannequinStyle:
    """How the mannequin inside the garment looks, whatever the cloth fell onto.

    `head` is `none`, `egg` or `face`; `hair` none, `short` or `long`. Without `arms` or `legs`
    they are taken off at the shoulder and the thigh. `facets` above 0 is the share of the skin's
    faces a low-poly mannequin keeps; `joints` draws the seams of detachable limbs. `wire` shows
    a cage in place of a skin. `print_` is the fabric of a covered form, if it has a pattern.
    """

    head: str = "none"
    hair: str = "none"
    hair_colour: Colour = (0.1, 0.07, 0.05)
    arms: bool = True
    legs: bool = True
    facets: float = 0.0
    joints: bool = False
    wire: bool = False
    cap: bool = True
    pole: bool = True
    print_: FabricPlan | None = None


@dataclass(frozen=True)
class ObjectPlan:
    """An object of the surroundings; lengths in metres.

    `shape` is one of train.studio.blender.furniture.SHAPES, `place` the middle of its underside
    and `size` its whole extent, in the room's axes: x to the picture's right, y away from the
    camera.
    """

    shape: str
    place: tuple[float, float, float]
    size: tuple[float, float, float]
    turn_deg: float
    colour: Colour
    second: Colour
    pattern: str = "plain"
    roughness: float = 0.6
    metallic: float = 0.0
    glow: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class RoomPlan:
    """Where the mannequin stands when it is not before a paper sweep.

    `wall` and `floor` are patterns of train.studio.blender.room; a `turned` floor runs away
    from the camera. `plinth_m` lifts the mannequin.
    """

    wall: str
    floor: str
    floor_colour: Colour
    second: Colour
    turned: bool
    plinth_m: float
    things: tuple[ObjectPlan, ...]


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
    look: MannequinStyle = MannequinStyle()
    room: RoomPlan | None = None
    ambient: Colour = (0.08, 0.08, 0.08)
    props: tuple[str, ...] = ()
    under_fabric: FabricPlan | None = None

    @property
    def stem(self) -> str:
        """The scene's file name without suffix."""
        return f"studio-{self.seed}-{self.index:05d}"
