"""Solids as signed distance fields: negative inside, positive outside, metres near the surface.

Garments and mannequins are blends of a few lofts and tapered limbs. Blending fields instead of
joining meshes is what makes a sleeve grow out of its shirt with no seam in the geometry.
Axes: x to the picture's right, y away from the camera, z up; metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from train.arrays import Float64Array

Field = Callable[[Float64Array], Float64Array]


@dataclass(frozen=True)
class Profile:
    """A stack of rings along z; each row of `rings` is z, half width, half depth, x, y (metres)."""

    rings: Float64Array

    def at(
        self, z_m: Float64Array
    ) -> tuple[Float64Array, Float64Array, Float64Array, Float64Array]:
        """Half width, half depth, centre x and centre y at each height, smoothed over 3 cm."""
        dense_z = np.arange(self.rings[0, 0], self.rings[-1, 0] + 0.005, 0.005)
        kernel = np.array([0.06, 0.12, 0.2, 0.24, 0.2, 0.12, 0.06])
        columns = []
        for column in range(1, 5):
            values = np.interp(dense_z, self.rings[:, 0], self.rings[:, column])
            values = np.convolve(np.pad(values, 3, mode="edge"), kernel, mode="valid")
            columns.append(np.interp(z_m, dense_z, values))
        return columns[0], columns[1], columns[2], columns[3]


@dataclass(frozen=True)
class Loft:
    """A profile as a solid.

    Attributes:
        profile: the rings.
        squareness: exponent of the super-ellipse; 2 is an ellipse, 2.5 is boxier.
        waves: how many folds run around a skirt.
        wave_m: depth of those folds at the lowest ring; they fade to nothing at the highest.
        phase: where the first fold is, radians.
    """

    profile: Profile
    squareness: float = 2.2
    waves: int = 0
    wave_m: float = 0.0
    phase: float = 0.0

    def __call__(self, points: Float64Array) -> Float64Array:
        """Return the signed radial distance of each point (N, 3)."""
        a, b, cx, cy = self.profile.at(points[:, 2])
        x, y = points[:, 0] - cx, points[:, 1] - cy
        power = self.squareness
        ratio = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
        length = np.hypot(x, y)
        distance = np.where(ratio > 1e-6, length - length / np.maximum(ratio, 1e-6), -a)
        low, high = self.profile.rings[0, 0], self.profile.rings[-1, 0]
        if self.waves:
            fall = np.clip((high - points[:, 2]) / (high - low), 0, 1) ** 1.3
            angle = np.arctan2(x / a, -y / b)
            swing = np.sin(self.waves * angle + self.phase)
            swing += 0.45 * np.sin((self.waves + 3) * angle - 2.1 * self.phase)
            distance = distance - self.wave_m * fall * swing
        outside: Float64Array = np.maximum(
            distance, np.maximum(low - points[:, 2], points[:, 2] - high)
        )
        return outside


@dataclass(frozen=True)
class Limb:
    """A tapered, optionally flattened tube between two points with round ends.

    Attributes:
        start, end: axis, metres.
        start_radius_m, end_radius_m: radii there.
        depth: how deep (y) the tube is in proportion to its width.
    """

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    start_radius_m: float
    end_radius_m: float
    depth: float = 1.0

    def along(self, points: Float64Array) -> Float64Array:
        """How far along the axis each point is, metres from the start, not clamped."""
        axis = np.subtract(self.end, self.start)
        along: Float64Array = (points - np.array(self.start)) @ (axis / np.linalg.norm(axis))
        return along

    def length_m(self) -> float:
        """Return the length of the axis, metres."""
        return float(np.linalg.norm(np.subtract(self.end, self.start)))

    def __call__(self, points: Float64Array) -> Float64Array:
        """Return the signed distance of each point (N, 3)."""
        axis = np.subtract(self.end, self.start)
        share = np.clip(self.along(points) / self.length_m(), 0, 1)
        offset = points - (np.array(self.start) + share[:, None] * axis)
        offset = offset * np.array([1.0, 1.0 / self.depth, 1.0])
        radius = self.start_radius_m + share * (self.end_radius_m - self.start_radius_m)
        distance: Float64Array = np.linalg.norm(offset, axis=1) - radius
        return distance


def blend(fields: list[Field], width_m: float) -> Field:
    """Union of the fields, filleted over `width_m` where two meet (polynomial smooth minimum)."""

    def united(points: Float64Array) -> Float64Array:
        result = fields[0](points)
        for field in fields[1:]:
            other = field(points)
            mix = np.clip(0.5 + 0.5 * (other - result) / width_m, 0, 1)
            result = other * (1 - mix) + result * mix - width_m * mix * (1 - mix)
        return result

    return united


def gradient(field: Field, points: Float64Array, step_m: float = 1e-3) -> Float64Array:
    """Return the central-difference gradient of the field at each point, (N, 3)."""
    columns = []
    for axis in range(3):
        shift = np.zeros(3)
        shift[axis] = step_m
        columns.append((field(points + shift) - field(points - shift)) / (2 * step_m))
    return np.stack(columns, axis=1)


def project_to_surface(field: Field, points: Float64Array, limit_m: float) -> Float64Array:
    """Move points to the field's zero set along its gradient, at most `limit_m` each."""
    slope = gradient(field, points)
    step = field(points)[:, None] * slope / np.maximum((slope**2).sum(1, keepdims=True), 1e-4)
    length = np.linalg.norm(step, axis=1, keepdims=True)
    moved: Float64Array = points - step * np.minimum(1.0, limit_m / np.maximum(length, 1e-9))
    return moved
