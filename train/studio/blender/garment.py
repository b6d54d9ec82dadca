"""Finished garments: cut, draped, sewn, and kept on disk for reuse under many lights."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from train.arrays import Float64Array, Int64Array
from train.atomic_file import write_atomically
from train.studio.geometry.bottoms import cut_skirt, cut_trousers
from train.studio.geometry.dress_form import form_mesh
from train.studio.geometry.floor_cloth import BEND_M, lay_on_floor
from train.studio.geometry.garment_shell import Shell, sew
from train.studio.geometry.mesh import Mesh, join
from train.studio.geometry.strands import hang_fringe, raise_fuzz
from train.studio.geometry.tops import cut_upper
from train.studio.plans.scene import GarmentPlan

GEOMETRY_VERSION = 8
FUZZ_COUNT = 9000


EMPTY = Mesh(np.zeros((0, 3)), np.zeros((0, 4), np.int64))


@dataclass(frozen=True)
class Garment:
    """Cloth after its fall.

    Attributes:
        mesh: shell and layers, metres.
        uv: (M, 4, 2) metres along the cloth.
        trim: (M,) 1 where a quad is of the trim fabric.
        buttons: (K, 6) position and outward normal of each button.
        button_radius_m: of all of them.
        strands: fringe and fuzz, metres; it may be empty.
    """

    mesh: Mesh
    uv: Float64Array
    trim: Int64Array
    buttons: Float64Array
    button_radius_m: float
    strands: Mesh = EMPTY


def garment_key(plan: GarmentPlan) -> str:
    """Return the file name of a garment: its number and a digest of everything that shapes it."""
    text = json.dumps([GEOMETRY_VERSION, asdict(plan)], sort_keys=True)
    return f"g{plan.index:04d}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def cut_garment(plan: GarmentPlan) -> Shell:
    """Return the flat-cut garment before the simulation, as numbers alone."""
    if plan.kind == "skirt":
        return sew(cut_skirt(plan))
    if plan.kind == "trousers":
        return sew(cut_trousers(plan))
    return sew(cut_upper(plan))


def make_garment(plan: GarmentPlan, folder: Path) -> Garment | None:
    """The draped garment, from `folder` when it was simulated before; None for a bare form."""
    if plan.kind == "bare":
        return None
    path = folder / f"{garment_key(plan)}.npz"
    if path.is_file():
        return _read(path)
    from train.studio.blender.cloth import drape  # noqa: PLC0415 - needs Blender, reading a cache does not

    shell = cut_garment(plan)
    body = form_mesh(plan.form, 0.017)
    if plan.under is not None:
        worn = make_garment(plan.under, folder)
        body = join([body, worn.mesh]) if worn is not None else body
    fallen = drape(shell, body, plan.stiffness)
    if plan.hem_z_m - plan.train_m < BEND_M:
        fallen = lay_on_floor(fallen, plan.phase)
    garment = replace(finish(shell, fallen), strands=_grow_strands(plan, shell, fallen))
    _write(path, garment)
    return garment


def _grow_strands(plan: GarmentPlan, shell: Shell, fallen: Float64Array) -> Mesh:
    """Return the fringe at the hem and the fuzz all over, as planned."""
    cloth, parts = Mesh(fallen, shell.mesh.quads), [EMPTY]
    if plan.fringe_m:
        at_hem = shell.mesh.vertices[:, 2] < plan.hem_z_m + 0.03
        parts.append(hang_fringe(
            cloth, at_hem, length_m=plan.fringe_m, gap_m=plan.tassel_gap_m, seed=plan.index
        ))  # fmt: skip
    if plan.fuzz_m:
        parts.append(raise_fuzz(cloth, length_m=plan.fuzz_m, count=FUZZ_COUNT, seed=plan.index))
    return join(parts)


def finish(shell: Shell, fallen: Float64Array) -> Garment:
    """Put the layers and buttons onto the fallen shell."""
    mesh = Mesh(fallen, shell.mesh.quads)
    normals = mesh.normals()
    vertices, quads, uv = [fallen], [mesh.quads], [shell.uv]
    trim = [np.zeros(len(mesh.quads), np.int64)]
    start = len(fallen)
    for layer in shell.sewn:
        lifted = fallen[layer.source] + layer.delta + layer.lift_m * normals[layer.source]
        vertices.append(lifted)
        quads.append(layer.quads + start)
        uv.append(layer.uv)
        trim.append(np.full(len(layer.quads), int(layer.trim)))
        start += len(lifted)
    buttons = np.zeros((0, 6))
    if shell.buttons:
        at = np.array(shell.buttons)
        buttons = np.hstack([fallen[at] + 0.0095 * normals[at], normals[at]])
    whole = Mesh(np.concatenate(vertices), np.concatenate(quads))
    return Garment(whole, np.concatenate(uv), np.concatenate(trim), buttons, shell.button_radius_m)


def _write(path: Path, garment: Garment) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        vertices=garment.mesh.vertices.astype(np.float32),
        quads=garment.mesh.quads.astype(np.int32),
        uv=garment.uv.astype(np.float32),
        trim=garment.trim.astype(np.uint8),
        buttons=garment.buttons,
        button_radius_m=garment.button_radius_m,
        strands=garment.strands.vertices.astype(np.float32),
        strand_quads=garment.strands.quads.astype(np.int32),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, buffer.getvalue())


def _read(path: Path) -> Garment:
    with np.load(path) as stored:
        return Garment(
            Mesh(stored["vertices"].astype(np.float64), stored["quads"].astype(np.int64)),
            stored["uv"].astype(np.float64),
            stored["trim"].astype(np.int64),
            stored["buttons"].astype(np.float64),
            float(stored["button_radius_m"]),
            Mesh(stored["strands"].astype(np.float64), stored["strand_quads"].astype(np.int64)),
        )
