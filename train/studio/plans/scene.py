"""What a garment and a scene are like, as plain numbers that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass

from train.studio.plans.form import FormPlan
from train.studio.plans.palette import Colour
from train.studio.plans.room import RoomPlan

# The cuts of garments; kinds of scenes are in train.studio.plans.kinds.
KINDS = ("tshirt", "dress", "trousers", "jacket", "longsleeve", "skirt", "coat")
OUTERWEAR = ("jacket", "coat")


@dataclass(frozen=True)
class GarmentPlan:
    """A garment's cut and the mannequin that wears it; lengths in metres.

    `kind` is one of KINDS or `bare`. `ease_m` is the air between body and cloth, `straight` how
    little the waist is shaped (0 follows the body, 1 hangs straight), `hem_z_m` the hem's height,
    `flare` the widening per metre below the waist. `neck` is `crew`, `scoop`, `vee` or `high`.
    `front` is `closed`, `buttoned` or `open`. `stuffing`, 0 to 1, is how well a dress form's empty
    sleeves keep their shape. `opening_m` is how far an open front has fallen apart, `belt` a band
    at the waist, and `under` what is worn beneath, on the same mannequin. `train_m` is how much
    longer than its hem the back is; a hem below 0 lies on the floor. `fringe_m` is the length of
    strands at the hem, gathered to tassels every `tassel_gap_m` if that is not 0, and `fuzz_m` that
    of hairs on the cloth.
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
    train_m: float = 0.0
    fringe_m: float = 0.0
    tassel_gap_m: float = 0.0
    fuzz_m: float = 0.0


@dataclass(frozen=True)
class FabricPlan:
    """What a cloth is made of.

    `pattern` is one of train.studio.plans.fabrics.PATTERNS, `colours` are sRGB in 0..1. `cover` is
    the share of what lies behind that the cloth hides; below 1 it is sheer. `net` is one of
    train.studio.geometry.cover_tiles.NETS, whose threads are dense in a pattern and have the cover
    between. With a `border_m` only that much above the hem at `hem_m` is sheer, and `scallop_m` is
    how deep the hem's edge is scalloped. `metallic` is that of sequins and lamé.
    """

    pattern: str
    colours: tuple[Colour, Colour, Colour]
    scale: float
    roughness: float
    sheen: float
    weave: float
    seed: int
    cover: float = 1.0
    net: str = ""
    border_m: float = 0.0
    hem_m: float = 0.0
    scallop_m: float = 0.0
    metallic: float = 0.0


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
    `limbs` and `cap_finish` are finishes (train.studio.plans.mannequins.FINISHES) of arms and neck
    cap that are other than the form's, `cap_shape` one of train.studio.geometry.dress_form.CAPS.
    `seams` draws a dress form's seams and measuring lines.
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
    limbs: str = ""
    cap_finish: str = ""
    cap_shape: str = ""
    seams: bool = False


@dataclass(frozen=True)
class AccessoryPlan:
    """What is worn beside the garment: one of train.studio.geometry.accessories.ACCESSORIES.

    A tailor's tape is no `garment`, all else is.
    """

    shape: str
    fabric: FabricPlan
    seed: int
    garment: bool = True


@dataclass(frozen=True)
class ScenePlan:
    """One picture.

    `kind` is the kind of scene that was asked for, one of train.studio.plans.kinds.SCENE_KINDS, or
    nothing. `shown` is what carries the garment: a `form`, a `hanger`, a `clip` hanger, or
    `nothing` to be seen, as in a ghost cut-out or an empty set.
    """

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
    under_fabrics: tuple[FabricPlan, ...] = ()
    kind: str = ""
    shown: str = "form"
    accessories: tuple[AccessoryPlan, ...] = ()

    @property
    def stem(self) -> str:
        """The scene's file name without suffix."""
        return f"studio-{self.seed}-{self.index:05d}"

    @property
    def shown_kind(self) -> str:
        """What index.csv calls the picture: the kind of scene asked for, or the garment's."""
        return self.kind or self.garment.kind
