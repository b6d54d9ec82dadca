"""Where to put the camera so that the garment fills the picture as planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import Float64Array
from train.studio.plans.scene import CameraPlan

SENSOR_M = 0.036


@dataclass(frozen=True)
class Camera:
    """A placed camera: `place` and axes in metres, field as a lens shift-free pinhole."""

    place: Float64Array
    right: Float64Array
    up: Float64Array
    back: Float64Array
    focal_mm: float
    focus_m: float = 0.0
    f_stop: float = 0.0


def frame_garment(plan: CameraPlan, points: Float64Array, width_px: int, height_px: int) -> Camera:
    """Aim at the points' box and move until it fills the planned share of the frame."""
    azimuth, elevation = np.radians(plan.azimuth_deg), np.radians(plan.elevation_deg)
    back = np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            -np.cos(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )
    right = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    up = np.cross(back, right)
    roll = np.radians(plan.roll_deg)
    right, up = right * np.cos(roll) + up * np.sin(roll), up * np.cos(roll) - right * np.sin(roll)
    longest = max(width_px, height_px)
    half = np.array([width_px, height_px]) / longest * SENSOR_M / 2 / (plan.focal_mm / 1000)
    place = points.mean(0) + back * 4.0
    for _ in range(6):
        depth = (place - points) @ back
        flat = np.stack([(points - place) @ right, (points - place) @ up], 1) / depth[:, None]
        low, high = flat.min(0), flat.max(0)
        distance = float(np.median(depth))
        scale = float(np.max((high - low) / (2 * half))) / plan.fill
        margin = np.maximum(half * 2 - (high - low) / scale, 0.12 * half)
        off = (low + high) / 2 - np.array(plan.shift) * margin / 2 * scale
        place = place + back * distance * (scale - 1) + (right * off[0] + up * off[1]) * distance
        # No lower than a tripod goes: the floor must not hide the subject.
        place[2] = max(place[2], 0.25)
    focus_m = float(np.percentile((place - points) @ back, 30))
    return Camera(place, right, up, back, plan.focal_mm, focus_m, plan.f_stop)
