"""How a scene is lit and shot: softboxes, camera and exposure, sampled."""

from __future__ import annotations

import numpy as np

from train.studio.scene import CameraPlan, ExposurePlan, LightPlan


def lights(rng: np.random.Generator) -> tuple[LightPlan, ...]:
    """A key and a fill softbox, often a rim light, sometimes one from above."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    key = float(rng.uniform(0.5, 0.8))
    warmth = float(rng.normal(0, 0.03))

    def box(name: str, azimuth: float, low: float, high: float, level: float) -> LightPlan:
        return LightPlan(
            name, azimuth, float(rng.uniform(low, high)), float(rng.uniform(1.8, 2.8)),
            float(rng.uniform(0.6, 1.7)), level, warmth + float(rng.normal(0, 0.01)),
        )  # fmt: skip

    boxes = [box("key", side * float(rng.uniform(25, 65)), 18, 50, key)]
    fill = key * float(rng.uniform(0.15, 0.75))
    boxes.append(box("fill", -side * float(rng.uniform(25, 75)), 5, 35, fill))
    if rng.random() < 0.6:
        rim = float(rng.uniform(0.2, 0.7))
        boxes.append(box("rim", -side * float(rng.uniform(115, 155)), 20, 50, rim))
    if rng.random() < 0.35:
        boxes.append(box("top", float(rng.uniform(-20, 20)), 65, 85, float(rng.uniform(0.1, 0.4))))
    return tuple(boxes)


def camera(rng: np.random.Generator) -> CameraPlan:
    """Mostly the whole garment with some margin, a quarter close-ups, some from behind."""
    draw = rng.random()
    if draw < 0.6:
        fill = float(rng.uniform(0.66, 0.93))
    elif draw < 0.85:
        fill = float(rng.uniform(0.96, 1.4))
    else:
        fill = float(rng.uniform(0.4, 0.65))
    azimuth = float(rng.normal(0, 16))
    if rng.random() < 0.12:
        azimuth += 180
    shift = rng.uniform(-0.7, 0.7, 2)
    return CameraPlan(
        azimuth, float(rng.normal(4, 6)), float(rng.uniform(38, 90)), fill,
        (float(shift[0]), float(shift[1])), landscape=bool(rng.random() < 0.08),
    )  # fmt: skip


def exposure(rng: np.random.Generator) -> ExposurePlan:
    """Small errors of exposure and white balance, and a camera's noise."""
    red, blue = np.exp(rng.normal(0, 0.05, 2))
    return ExposurePlan(
        float(rng.normal(0, 0.22)), (float(red), 1.0, float(blue)),
        read_noise=float(rng.uniform(0.0005, 0.0025)),
        shot_noise=float(rng.uniform(0.002, 0.011)),
        vignette=float(rng.choice(np.array([0.0, rng.uniform(0.02, 0.2)]))),
        contrast=float(rng.uniform(0.0, 0.5)),
        seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
