"""How a scene is lit and shot: lamps, camera and exposure, sampled."""

from __future__ import annotations

import numpy as np

from train.studio.plans.palette import Colour
from train.studio.plans.scene import CameraPlan, ExposurePlan, LightPlan


def sample_lights(rng: np.random.Generator, *, indoors: bool = False) -> tuple[LightPlan, ...]:
    """Return a studio's softboxes, or a window, spots from above or a flash on the camera."""
    draw = rng.random()
    if not indoors and draw < 0.7:
        return _softboxes(rng)
    draw = rng.random()
    if draw < 0.25:
        return _softboxes(rng)
    if draw < 0.5:
        return _window(rng)
    if draw < 0.85:
        return _spots(rng)
    return _flash(rng)


def _softboxes(rng: np.random.Generator) -> tuple[LightPlan, ...]:
    """Return a key and a fill softbox, often a rim light, sometimes one from above."""
    side = _side(rng)
    key = float(rng.uniform(0.5, 0.8))
    warmth = float(rng.normal(0, 0.03))

    def box(name: str, azimuth: float, low: float, high: float, level: float) -> LightPlan:
        return LightPlan(
            name=name,
            azimuth_deg=azimuth,
            elevation_deg=float(rng.uniform(low, high)),
            distance_m=float(rng.uniform(1.8, 2.8)),
            size_m=float(rng.uniform(0.6, 1.7)),
            level=level,
            warmth=warmth + float(rng.normal(0, 0.01)),
        )

    boxes = [box("key", side * float(rng.uniform(25, 65)), 18, 50, key)]
    fill = key * float(rng.uniform(0.15, 0.75))
    boxes.append(box("fill", -side * float(rng.uniform(25, 75)), 5, 35, fill))
    if rng.random() < 0.6:
        rim = float(rng.uniform(0.2, 0.7))
        boxes.append(box("rim", -side * float(rng.uniform(115, 155)), 20, 50, rim))
    if rng.random() < 0.35:
        boxes.append(box("top", float(rng.uniform(-20, 20)), 65, 85, float(rng.uniform(0.1, 0.4))))
    return tuple(boxes)


def _window(rng: np.random.Generator) -> tuple[LightPlan, ...]:
    """Daylight from one side, and what the room gives back."""
    side, blue = _side(rng), float(rng.normal(-0.04, 0.05))
    day = LightPlan(
        name="window",
        azimuth_deg=side * float(rng.uniform(50, 105)),
        elevation_deg=float(rng.uniform(5, 35)),
        distance_m=float(rng.uniform(1.6, 3.2)),
        size_m=float(rng.uniform(1.0, 2.2)),
        level=float(rng.uniform(0.5, 1.0)),
        warmth=blue,
    )
    room = LightPlan(
        name="room",
        azimuth_deg=-side * 40.0,
        elevation_deg=40.0,
        distance_m=3.0,
        size_m=2.5,
        level=float(rng.uniform(0.05, 0.3)),
        warmth=0.06,
    )
    return day, room


def _spots(rng: np.random.Generator) -> tuple[LightPlan, ...]:
    """Two to four small lamps under the ceiling, as shops and museums have; hard shadows."""
    warmth = float(rng.normal(0.06, 0.07))
    lamps = []
    for number in range(int(rng.integers(2, 5))):
        tint: Colour = (1.0, 1.0, 1.0)
        if rng.random() < 0.12:
            red, green, blue = rng.uniform(0.35, 1.0, 3)
            tint = (float(red), float(green), float(blue))
        lamps.append(
            LightPlan(
                name=f"spot{number}",
                azimuth_deg=float(rng.uniform(-100, 100)),
                elevation_deg=float(rng.uniform(35, 78)),
                distance_m=float(rng.uniform(1.6, 2.6)),
                size_m=float(rng.uniform(0.06, 0.35)),
                level=float(rng.uniform(0.2, 0.7)),
                warmth=warmth,
                tint=tint,
            )
        )
    return tuple(lamps)


def _flash(rng: np.random.Generator) -> tuple[LightPlan, ...]:
    """Return a phone's or camera's own flash, with a little light from the ceiling."""
    flash = LightPlan(
        name="flash",
        azimuth_deg=float(rng.uniform(-4, 4)),
        elevation_deg=float(rng.uniform(2, 14)),
        distance_m=2.6,
        size_m=float(rng.uniform(0.05, 0.15)),
        level=float(rng.uniform(0.5, 0.8)),
        warmth=float(rng.normal(0, 0.02)),
    )
    ceiling = LightPlan(
        name="ceiling",
        azimuth_deg=0.0,
        elevation_deg=80.0,
        distance_m=2.4,
        size_m=1.6,
        level=float(rng.uniform(0.05, 0.35)),
        warmth=0.08,
    )
    return flash, ceiling


def _side(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def sample_ambient(rng: np.random.Generator) -> Colour:
    """Light from everywhere: a dark studio gives little, a bright shop a lot."""
    level = float(rng.choice(np.array([0.05, 0.08, rng.uniform(0.1, 0.3), rng.uniform(0.25, 0.5)])))
    warm = float(rng.normal(0, 0.06))
    return level * (1 + warm), level, level * (1 - warm)


def sample_camera(rng: np.random.Generator) -> CameraPlan:
    """Sample a camera: half show the whole garment with margin, a third are close-ups."""
    draw = rng.random()
    if draw < 0.5:
        fill = float(rng.uniform(0.66, 0.95))
    elif draw < 0.84:
        fill = float(rng.uniform(0.96, 1.55))
    else:
        fill = float(rng.uniform(0.36, 0.65))
    azimuth = float(rng.normal(0, 20))
    if rng.random() < 0.1:
        azimuth += 180
    shift = rng.uniform(-0.7, 0.7, 2)
    blurred = rng.random() < 0.4
    return CameraPlan(
        azimuth_deg=azimuth,
        elevation_deg=float(rng.normal(4, 7)),
        focal_mm=float(rng.uniform(26, 90)),
        fill=fill,
        shift=(float(shift[0]), float(shift[1])),
        landscape=bool(rng.random() < 0.12),
        roll_deg=float(rng.normal(0, 1.6)),
        f_stop=float(rng.uniform(1.6, 4.5)) if blurred else 0.0,
    )


def sample_exposure(rng: np.random.Generator) -> ExposurePlan:
    """Small errors of exposure and white balance, and a camera's noise; phones err more."""
    phone = rng.random() < 0.4
    red, blue = np.exp(rng.normal(0, 0.1 if phone else 0.05, 2))
    return ExposurePlan(
        float(rng.normal(0, 0.3 if phone else 0.22)),
        (float(red), 1.0, float(blue)),
        read_noise=float(rng.uniform(0.0005, 0.0025)),
        shot_noise=float(rng.uniform(0.002, 0.02 if phone else 0.011)),
        vignette=float(rng.choice(np.array([0.0, rng.uniform(0.02, 0.25)]))),
        contrast=float(rng.uniform(0.0, 0.6)),
        seed=int(rng.integers(1 << 30)),
        veil=float(rng.uniform(0.02, 0.12)) if rng.random() < 0.1 else 0.0,
        sharpen=float(rng.uniform(0.2, 0.9)) if phone else 0.0,
        jpeg_quality=int(rng.integers(70, 93)) if phone else 92,
    )
