"""Quad meshes made from fields: extraction, clean cuts, normals and turned parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from train.arrays import BoolArray, Float64Array, Int64Array
from train.studio.geometry.signed_distance import Field, project_to_surface


@dataclass(frozen=True)
class Mesh:
    """`vertices` (N, 3) metres and outward-facing `quads` (M, 4)."""

    vertices: Float64Array
    quads: Int64Array

    def edges(self) -> Int64Array:
        """Return the undirected edges, (E, 2), one row per quad side (inner edges come twice)."""
        sides = [self.quads[:, [i, (i + 1) % 4]] for i in range(4)]
        return np.sort(np.concatenate(sides), axis=1)

    def rim(self) -> BoolArray:
        """Return which vertices lie on an open edge."""
        edges, count = np.unique(self.edges(), axis=0, return_counts=True)
        on_rim = np.zeros(len(self.vertices), bool)
        on_rim[edges[count == 1]] = True
        return on_rim

    def normals(self) -> Float64Array:
        """Return the unit vertex normals, area-weighted."""
        corner = self.vertices[self.quads]
        face = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
        total = np.zeros_like(self.vertices)
        for i in range(4):
            np.add.at(total, self.quads[:, i], face)
        unit: Float64Array = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
        return unit

    def relaxed(self, weight: float, rounds: int) -> Mesh:
        """Move each vertex toward the mean of its neighbours (on the rim: of rim neighbours)."""
        edges = np.unique(self.edges(), axis=0)
        edges = np.concatenate([edges, edges[:, ::-1]])
        rim = self.rim()
        edges = edges[~rim[edges[:, 0]] | rim[edges[:, 1]]]
        vertices = self.vertices
        degree = np.bincount(edges[:, 0], minlength=len(vertices))[:, None]
        for _ in range(rounds):
            total = np.zeros_like(vertices)
            np.add.at(total, edges[:, 0], vertices[edges[:, 1]])
            mean = np.where(degree > 0, total / np.maximum(degree, 1), vertices)
            vertices = vertices + weight * (mean - vertices)
        return Mesh(vertices, self.quads)


def extract_surface(field: Field, low: Float64Array, high: Float64Array, step_m: float) -> Mesh:
    """Mesh the field's zero set inside a box by surface nets (Gibson 1998), then even it out."""
    axes = [np.arange(low[i] - 2 * step_m, high[i] + 2 * step_m, step_m) for i in range(3)]
    mesh = _net(_sample_field(field, axes, step_m), np.array([axis[0] for axis in axes]), step_m)
    for _ in range(3):
        mesh = mesh.relaxed(0.5, 2)
        mesh = Mesh(project_to_surface(field, mesh.vertices, step_m), mesh.quads)
    return mesh


def _sample_field(
    field: Field, axes: list[Float64Array], step_m: float, block: int = 3
) -> Float64Array:
    """The field on a grid: exact near its surface, the value of a block's middle elsewhere."""
    shape = tuple(len(axis) for axis in axes)
    middles = [axis[np.minimum(np.arange(1, n + 1, block), n - 1)]
               for axis, n in zip(axes, shape, strict=True)]  # fmt: skip
    coarse_grid = np.stack(np.meshgrid(*middles, indexing="ij"), axis=-1)
    coarse = field(coarse_grid.reshape(-1, 3)).reshape(coarse_grid.shape[:3])
    for axis in range(3):
        coarse = np.repeat(coarse, block, axis)
    values: Float64Array = coarse[tuple(slice(0, n) for n in shape)].copy()
    # Flattened limbs overstate distances, hence three times the block's half diagonal.
    near = np.argwhere(np.abs(values) < 2.6 * block * step_m)
    points = np.stack([axes[i][near[:, i]] for i in range(3)], axis=1)
    values[tuple(near.T)] = field(points)
    return values


def _net(values: Float64Array, origin: Float64Array, step_m: float) -> Mesh:
    """Surface nets: one vertex per cell the surface crosses, one quad per crossed grid edge."""
    cells = tuple(n - 1 for n in values.shape)
    total, count = np.zeros((*cells, 3)), np.zeros(cells)
    corners = {
        c: values[tuple(slice(c[i], c[i] + cells[i]) for i in range(3))]
        for c in product((0, 1), repeat=3)
    }
    for near, axis in product(corners, range(3)):
        if near[axis] == 1:
            continue
        far = (*near[:axis], 1, *near[axis + 1 :])
        a, b = corners[near], corners[far]
        crossed = (a < 0) != (b < 0)
        share = np.where(crossed, a / np.where(crossed, a - b, 1), 0)
        point = np.broadcast_to(np.array(near, float), (*cells, 3)).copy()
        point[..., axis] = share
        total += point * crossed[..., None]
        count += crossed
    active = count > 0
    index = np.full(cells, -1)
    index[active] = np.arange(active.sum())
    place = np.argwhere(active) + total[active] / count[active][:, None]
    quads = [_crossings(values, index, axis) for axis in range(3)]
    return Mesh(origin + place * step_m, np.concatenate(quads))


def _crossings(values: Float64Array, index: Int64Array, axis: int) -> Int64Array:
    """Return the quads around the grid edges along one axis whose ends lie on different sides."""
    order = [axis, (axis + 1) % 3, (axis + 2) % 3]
    v, cell = values.transpose(order), index.transpose(order)
    a, b = v[:-1, 1:-1, 1:-1], v[1:, 1:-1, 1:-1]
    quads = np.stack([cell[:, :-1, :-1], cell[:, 1:, :-1], cell[:, 1:, 1:], cell[:, :-1, 1:]], -1)
    outward = quads[(a < 0) & (b >= 0)]
    inward = quads[(a >= 0) & (b < 0)][:, ::-1]
    return np.concatenate([outward, inward])


def cut(mesh: Mesh, keep: Field, step_m: float) -> tuple[Mesh, Int64Array]:
    """Keep what lies where `keep` is positive and draw the new rim exactly onto its zero set.

    Returns:
        The cut mesh and, for each of its vertices, the index in `mesh`.
    """
    value = keep(mesh.vertices)
    chosen = value[mesh.quads].mean(1) > 0
    quads = mesh.quads[chosen]
    source = np.unique(quads)
    renumber = np.full(len(mesh.vertices), -1)
    renumber[source] = np.arange(len(source))
    part = Mesh(mesh.vertices[source], renumber[quads])
    fresh = part.rim() & ~mesh.rim()[source] & (np.abs(keep(part.vertices)) < 1.5 * step_m)
    # Cells of the grid leave steps along the cut: draw them onto the line, then space them out.
    near = fresh.copy()
    near[part.quads[fresh[part.quads].any(1)]] = True
    vertices = part.vertices.copy()
    for _ in range(4):
        vertices[fresh] = project_to_surface(keep, vertices[fresh], step_m)
        even = Mesh(vertices, part.quads).relaxed(0.5, 1).vertices
        vertices[near] = even[near]
    vertices[fresh] = project_to_surface(keep, vertices[fresh], step_m)
    return Mesh(vertices, part.quads), source


def keep_largest(mesh: Mesh) -> tuple[Mesh, Int64Array]:
    """Return the biggest connected piece, and the index in `mesh` of each of its vertices."""
    label = np.arange(len(mesh.vertices))
    while True:
        lowest = label[mesh.quads].min(1)
        spread = label.copy()
        for i in range(4):
            np.minimum.at(spread, mesh.quads[:, i], lowest)
        spread = spread[spread]
        if np.array_equal(spread, label):
            break
        label = spread
    quads = mesh.quads[label[mesh.quads[:, 0]] == np.bincount(label).argmax()]
    source = np.unique(quads)
    renumber = np.full(len(mesh.vertices), -1)
    renumber[source] = np.arange(len(source))
    return Mesh(mesh.vertices[source], renumber[quads]), source


def lathe(profile: list[tuple[float, float]], sides: int = 32) -> Mesh:
    """Return a turned part about the z axis from (radius, z) pairs, bottom first, metres."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = [
        np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(sides, z)], 1)
        for radius, z in profile
    ]
    ring = np.arange(sides)
    after = (ring + 1) % sides
    quads = [
        np.stack([ring, after, after + sides, ring + sides], 1) + row * sides
        for row in range(len(profile) - 1)
    ]
    return Mesh(np.concatenate(rings), np.concatenate(quads))


def move(mesh: Mesh, x_m: float, y_m: float, z_m: float) -> Mesh:
    """Return the mesh at another place."""
    return Mesh(mesh.vertices + np.array([x_m, y_m, z_m]), mesh.quads)


def join(meshes: list[Mesh]) -> Mesh:
    """Join several meshes into one."""
    starts = np.cumsum([0, *[len(m.vertices) for m in meshes[:-1]]])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.quads + start for m, start in zip(meshes, starts, strict=True)]),
    )


def lay_along(part: Mesh, direction: Float64Array, start: Float64Array) -> Mesh:
    """Return a turned part with its z axis laid along `direction` from `start`."""
    up = direction / np.linalg.norm(direction)
    side = np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.99 else [0.0, 1.0, 0.0])
    side = side / np.linalg.norm(side)
    basis = np.stack([side, np.cross(up, side), up])
    return Mesh(part.vertices @ basis + start, part.quads)
