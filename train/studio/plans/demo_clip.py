"""The demo clip's set and its five garments, chosen by hand so that they look well together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from train.studio.plans.form import FormPlan
from train.studio.plans.palette import Colour
from train.studio.plans.scene import (
    CameraPlan,
    ExposurePlan,
    FabricPlan,
    GarmentPlan,
    LightPlan,
    ScenePlan,
)

FORM = FormPlan("bust", bust=1.0, waist=1.0, hip=1.0)
NAVY: Colour = (0.10, 0.14, 0.28)
CREAM: Colour = (0.94, 0.91, 0.84)


@dataclass(frozen=True)
class Outfit:
    """A named garment with its fabric and the fabric of its trim."""

    name: str
    garment: GarmentPlan
    fabric: FabricPlan
    trim: FabricPlan


def _fabric(pattern: str, colours: tuple[Colour, Colour, Colour], seed: int) -> FabricPlan:
    return FabricPlan(pattern, colours, 1.0, roughness=0.85, sheen=0.2, weave=0.25, seed=seed)


def outfits() -> list[Outfit]:
    """T-shirt, dress, skirt, jacket and jumper, in the order they are filmed."""
    navy = _fabric("plain", (NAVY, NAVY, NAVY), 1)
    stripes = _fabric("stripes", (CREAM, NAVY, NAVY), 8)
    flowers = _fabric("print", ((0.07, 0.27, 0.24), (0.92, 0.55, 0.40), (0.95, 0.86, 0.62)), 10)
    mustard = _fabric("plain", ((0.78, 0.55, 0.13), NAVY, NAVY), 6)
    wool = _fabric("melange", ((0.29, 0.33, 0.40), NAVY, NAVY), 7)
    knit = _fabric("knit", ((0.52, 0.10, 0.14), NAVY, NAVY), 9)
    bare = GarmentPlan(0, "bare", FORM)
    tshirt = replace(
        bare,
        kind="tshirt",
        ease_m=0.02,
        straight=0.65,
        hem_z_m=0.86,
        flare=0.02,
        sleeve_m=0.22,
        sleeve_radius_m=0.08,
        cuff_radius_m=0.07,
        sleeve_angle_deg=55.0,
        stuffing=0.35,
        neck_drop_m=0.02,
        stiffness=0.2,
    )
    dress = replace(
        bare,
        index=1,
        kind="dress",
        ease_m=0.008,
        straight=0.1,
        hem_z_m=0.5,
        flare=0.36,
        waves=8,
        wave_m=0.024,
        phase=1.0,
        neck="scoop",
        neck_drop_m=0.07,
        sleeve_m=0.18,
        sleeve_radius_m=0.076,
        cuff_radius_m=0.066,
        sleeve_angle_deg=55.0,
        stuffing=0.35,
        stiffness=0.15,
    )
    skirt = replace(
        bare,
        index=2,
        kind="skirt",
        ease_m=0.008,
        hem_z_m=0.5,
        flare=0.3,
        waves=18,
        wave_m=0.012,
        phase=0.4,
        stiffness=0.4,
    )
    jacket = replace(
        bare,
        index=3,
        kind="jacket",
        ease_m=0.026,
        straight=0.45,
        hem_z_m=0.82,
        flare=0.05,
        neck="vee",
        neck_drop_m=0.2,
        sleeve_m=0.55,
        sleeve_radius_m=0.074,
        cuff_radius_m=0.056,
        sleeve_angle_deg=66.0,
        stuffing=0.2,
        front="buttoned",
        collar=True,
        pocket=True,
        stiffness=1.2,
    )
    jumper = replace(
        bare,
        index=4,
        kind="longsleeve",
        ease_m=0.024,
        straight=0.6,
        hem_z_m=0.85,
        neck="high",
        sleeve_m=0.54,
        sleeve_radius_m=0.068,
        cuff_radius_m=0.05,
        sleeve_angle_deg=66.0,
        stuffing=0.18,
        stiffness=0.5,
    )
    return [
        Outfit("tshirt", tshirt, stripes, navy),
        Outfit("dress", dress, flowers, flowers),
        Outfit("skirt", skirt, mustard, mustard),
        Outfit("jacket", jacket, wool, wool),
        Outfit("jumper", jumper, knit, knit),
    ]


def scene(seed: int, outfit: Outfit | None) -> ScenePlan:
    """Return the clip's set with one outfit, or with the bare mannequin."""
    shown = outfit or replace(outfits()[0], garment=GarmentPlan(0, "bare", FORM))
    return ScenePlan(
        seed=seed,
        index=shown.garment.index,
        garment=shown.garment,
        fabric=shown.fabric,
        trim=shown.trim,
        form_surface="linen",
        form_colour=(0.82, 0.76, 0.66),
        base="tripod",
        wood_cap=True,
        stand_dark=False,
        backdrop_colour=(0.86, 0.86, 0.86),
        backdrop_distance_m=1.5,
        backdrop_glow=0.25,
        lights=(
            LightPlan(
                name="key",
                azimuth_deg=-42.0,
                elevation_deg=32.0,
                distance_m=2.4,
                size_m=1.3,
                level=0.68,
                warmth=0.01,
            ),
            LightPlan(
                name="fill",
                azimuth_deg=48.0,
                elevation_deg=18.0,
                distance_m=2.6,
                size_m=1.6,
                level=0.3,
                warmth=0.0,
            ),
            LightPlan(
                name="top",
                azimuth_deg=10.0,
                elevation_deg=76.0,
                distance_m=2.2,
                size_m=1.0,
                level=0.25,
                warmth=0.0,
            ),
        ),
        camera=CameraPlan(
            azimuth_deg=12.0,
            elevation_deg=4.0,
            focal_mm=62.0,
            fill=0.9,
            shift=(0.0, -0.1),
            landscape=False,
        ),
        exposure=ExposurePlan(
            stops=0.08,
            gains=(1.0, 1.0, 1.0),
            read_noise=0.0005,
            shot_noise=0.002,
            vignette=0.05,
            contrast=0.35,
            seed=seed,
        ),
    )
