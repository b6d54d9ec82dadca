"""One scene as the files of a dataset: picture, masks, and the mannequin undressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import UInt8Array
from train.studio.blender import render, session, stage
from train.studio.blender.framing import SENSOR_M, Camera, frame_garment
from train.studio.blender.garment import make_garment
from train.studio.camera_raw import develop, encode_jpeg, encode_png
from train.studio.geometry.dress_form import form_mesh
from train.studio.geometry.mesh import join
from train.studio.job import UNDRESSED, Job
from train.studio.plans.scene import ScenePlan
from train.studio.plans.scenes import list_layers

FINE_FROM_PX = 640
SECOND_TAKE = 1


@dataclass(frozen=True)
class Pictures:
    """A rendered scene.

    Attributes:
        files: content by path inside the dataset.
        width_px, height_px: of every picture.
    """

    files: dict[str, bytes]
    width_px: int
    height_px: int


def render_pictures(job: Job, plan: ScenePlan) -> Pictures:
    """Render a scene."""
    with session.quiet():
        layers = [
            made for worn in list_layers(plan.garment)
            if (made := make_garment(worn, job.out / "garments")) is not None
        ]  # fmt: skip
        size = (job.width_px, job.height_px)
        width_px, height_px = size[::-1] if plan.camera.landscape else size
        whole = join([worn.mesh for worn in layers] or [form_mesh(plan.garment.form)])
        camera = frame_garment(plan.camera, whole.vertices, width_px, height_px)
        # A quad of cloth is a few pixels of a small picture: finer cloth costs more than it shows.
        detail = int(max(size) > FINE_FROM_PX)
        stage.build(plan, layers, detail=detail)
        stage.place_camera(camera, width_px, height_px)
        shot = render.shoot(job.samples, min(32, 2 * job.samples))
        files = _files(plan, shot)
        if job.undressed:
            size = (width_px, height_px)
            files |= _render_undressed(job, plan, camera, detail, size)
    return Pictures(files, width_px, height_px)


def _files(plan: ScenePlan, shot: render.Shot) -> dict[str, bytes]:
    alpha = shot.coverage[..., 0]
    behind = np.maximum(0.0, 1 - shot.coverage.sum(-1, keepdims=True))
    labels = np.argmax(np.concatenate([behind, shot.coverage], axis=-1), axis=-1)
    return {
        f"images/{plan.stem}.jpg": encode_jpeg(
            develop(shot.linear, plan.exposure), plan.exposure.jpeg_quality
        ),
        f"masks/{plan.stem}.png": encode_png(np.round(alpha * 255).astype(np.uint8)),
        f"body/{plan.stem}.png": encode_png(_body(shot)),
        f"alpha/{plan.stem}.png": encode_png(np.round(alpha * 65535).astype(np.uint16)),
        f"labels/{plan.stem}.png": encode_png(labels.astype(np.uint8)),
    }


def _render_undressed(
    job: Job, plan: ScenePlan, camera: Camera, detail: int, size: tuple[int, int]
) -> dict[str, bytes]:
    """What the same camera saw before the mannequin was dressed; its noise is another."""
    stage.build(plan, [], detail=detail, pushed_m=_choose_push(job, plan, camera, max(size)))
    stage.place_camera(camera, *size)
    shot = render.shoot(job.samples, min(32, 2 * job.samples), take=SECOND_TAKE)
    picture = develop(shot.linear, plan.exposure, SECOND_TAKE)
    return {
        f"{UNDRESSED}/{plan.stem}.jpg": encode_jpeg(picture, plan.exposure.jpeg_quality),
        f"{UNDRESSED}/{plan.stem}.png": encode_png(_body(shot)),
    }


def _choose_push(job: Job, plan: ScenePlan, camera: Camera, longest_px: int) -> tuple[float, float]:
    """Return how far the mannequin is pushed along the floor while it is dressed, metres."""
    rng = np.random.default_rng([plan.seed, plan.index, 31])
    length_px, angle = job.push_px * rng.uniform(), rng.uniform(0, 2 * np.pi)
    metres_per_px = camera.focus_m * SENSOR_M * 1000 / camera.focal_mm / longest_px
    length_m = length_px * metres_per_px
    return length_m * float(np.cos(angle)), length_m * float(np.sin(angle))


def _body(shot: render.Shot) -> UInt8Array:
    """Mannequin and stand, 8 bits."""
    body = np.clip(shot.coverage[..., 1] + shot.coverage[..., 2], 0, 1)
    pixels: UInt8Array = np.round(body * 255).astype(np.uint8)
    return pixels
