"""A garment before it falls: one mesh of cloth, where it is held, and what is sewn onto it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from train.arrays import Float64Array, Int64Array
from train.studio.geometry.mesh import Mesh, cut, extract_surface, keep_largest
from train.studio.geometry.signed_distance import Field, Limb, Profile, blend

# Which part of the garment is nearest, then metres across and along the cloth.
Chart = Callable[[Float64Array], Float64Array]


@dataclass(frozen=True)
class Part:
    """One tube of a garment: its solid, its cloth coordinates and what may stay of it."""

    solid: Field
    chart: Chart
    keep: Field


@dataclass(frozen=True)
class Layer:
    """A second thickness of cloth (rib, lapel, waistband, pocket) where `region` is positive."""

    region: Field
    lift_m: float
    trim: bool


@dataclass(frozen=True)
class Cut:
    """How a garment is cut: its parts, how firmly (0..1) it is held, the layers and the buttons.

    `lowest_m` is below the floor for cloth that lies on it.
    """

    parts: list[Part]
    fillet_m: float
    held: Field
    step_m: float
    layers: list[Layer] = field(default_factory=list)
    buttons: list[tuple[float, float]] = field(default_factory=list)
    button_radius_m: float = 0.007
    lowest_m: float = 0.0


@dataclass(frozen=True)
class Sewn:
    """A layer as a mesh: for each vertex the shell vertex it follows and its offset from it."""

    quads: Int64Array
    source: Int64Array
    delta: Float64Array
    lift_m: float
    trim: bool
    uv: Float64Array


@dataclass(frozen=True)
class Shell:
    """Ready for the cloth simulation.

    `held` (N,) is 1 where a vertex may not move and 0 where it is free; `uv` (M, 4, 2) is in
    metres along the cloth.
    """

    mesh: Mesh
    held: Float64Array
    uv: Float64Array
    sewn: list[Sewn]
    buttons: list[int]
    button_radius_m: float


def sew(plan: Cut) -> Shell:
    """Mesh the parts as one, cut the openings and lay the layers on."""
    whole = blend([part.solid for part in plan.parts], plan.fillet_m)
    low, high = _box(plan.parts, plan.lowest_m)
    closed = extract_surface(whole, low, high, plan.step_m)

    def keep(points: Float64Array) -> Float64Array:
        owner = _owner(plan.parts, points)
        kept = np.stack([part.keep(points) for part in plan.parts])
        chosen: Float64Array = np.take_along_axis(kept, owner[None], axis=0)[0]
        return chosen

    mesh, _ = cut(closed, keep, plan.step_m)
    mesh, _ = keep_largest(mesh)
    sewn = []
    for layer in plan.layers:
        part, source = cut(mesh, layer.region, plan.step_m)
        if len(part.quads):
            delta = part.vertices - mesh.vertices[source]
            uv = _coordinates(plan.parts, part)
            sewn.append(Sewn(part.quads, source, delta, layer.lift_m, layer.trim, uv))
    front = mesh.vertices[:, 1] < 0
    buttons = [
        int(np.argmin(np.hypot(mesh.vertices[:, 0] - x, mesh.vertices[:, 2] - z) + 9.0 * ~front))
        for x, z in plan.buttons
    ]
    held = plan.held(mesh.vertices)
    uv = _coordinates(plan.parts, mesh)
    return Shell(mesh, held, uv, sewn, buttons, plan.button_radius_m)


def _box(parts: list[Part], lowest_m: float) -> tuple[Float64Array, Float64Array]:
    """A box around all parts, found by looking where the fields are negative on a coarse grid."""
    axes = [np.arange(-0.75, 0.76, 0.03), np.arange(-0.6, 0.61, 0.03)]
    axes.append(np.arange(min(0.0, lowest_m), 1.65, 0.03))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.min([part.solid(grid) for part in parts], axis=0) < 0.01
    return grid[inside].min(0) - 0.04, grid[inside].max(0) + 0.04


def _owner(parts: list[Part], points: Float64Array) -> Int64Array:
    nearest: Int64Array = np.argmin(np.stack([part.solid(points) for part in parts]), axis=0)
    return nearest


def _coordinates(parts: list[Part], mesh: Mesh) -> Float64Array:
    """Cloth coordinates of every quad corner; a quad lies in one part, so seams stay sharp."""
    corners = mesh.vertices[mesh.quads]
    owner = _owner(parts, corners.mean(1))
    uv = np.zeros((len(mesh.quads), 4, 2))
    for index, part in enumerate(parts):
        mine = owner == index
        if not mine.any():
            continue
        flat = part.chart(corners[mine].reshape(-1, 3)).reshape(-1, 4, 3)
        turn = flat[..., 2]
        angle = flat[..., 0]
        angle = angle - 2 * np.pi * np.round((angle - angle[:, :1]) / (2 * np.pi))
        uv[mine] = np.stack([angle * turn, flat[..., 1]], axis=-1)
    return uv


def tube_chart(profile: Profile, radius_m: float) -> Chart:
    """Chart of a loft: angle about its centre, height, and the radius that makes it metres."""

    def chart(points: Float64Array) -> Float64Array:
        a, b, cx, cy = profile.at(points[:, 2])
        angle = np.arctan2((points[:, 0] - cx) / a, -(points[:, 1] - cy) / b)
        return np.stack([angle, points[:, 2], np.full(len(points), radius_m)], axis=1)

    return chart


def sleeve_chart(limb: Limb, side: int) -> Chart:
    """Chart of a limb: angle about its axis with the seam underneath, and length along it."""
    axis = np.subtract(limb.end, limb.start) / limb.length_m()
    front = np.array([0.0, -1.0, 0.0]) + axis * axis[1]
    front = front / np.linalg.norm(front)
    outward = np.cross(axis, front) * -side
    radius = (limb.start_radius_m + limb.end_radius_m) / 2

    def chart(points: Float64Array) -> Float64Array:
        offset = points - np.array(limb.start)
        angle = np.arctan2(offset @ front / limb.depth, offset @ outward)
        return np.stack([angle, -limb.along(points), np.full(len(points), radius)], axis=1)

    return chart
