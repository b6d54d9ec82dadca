"""Render scenes into a dataset folder, resuming where an earlier run stopped."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from train.studio.collection import split_of
from train.studio.develop import develop, encode_jpeg, encode_png
from train.studio.form import form_mesh
from train.studio.framing import frame_garment
from train.studio.garment import garment_key, make_garment
from train.studio.look import plan_scene
from train.studio.scene import ScenePlan
from train.whole_file import write_atomically

FOLDERS = ("images", "masks", "body", "alpha", "labels", "scenes", "garments")
WORKING_FOLDERS = ("alpha", "labels", "scenes", "garments")
COLUMNS = ("stem", "image", "mask", "body", "split", "group", "kind")


@dataclass(frozen=True)
class Job:
    """What to render and where.

    Attributes:
        out: the dataset's folder.
        scenes: how many pictures.
        seed: of everything.
        width_px, height_px: of portrait pictures; landscape ones are turned.
        samples: per pixel at most.
        scenes_per_garment: how many pictures share one simulated garment.
        val_share: share of the garments whose pictures are for validation.
        bare_share: share of the garments left out, showing the mannequin alone.
        compact: keep only pictures, masks and body, as a training or calibration set needs.
        threads: CPU threads.
        command: the command line, for the record.
    """

    out: Path
    scenes: int
    seed: int
    width_px: int = 384
    height_px: int = 512
    samples: int = 24
    scenes_per_garment: int = 6
    val_share: float = 0.2
    bare_share: float = 0.04
    compact: bool = False
    threads: int = 2
    command: str = ""


def run(job: Job, report: Callable[[str], None]) -> None:
    """Render what is missing, one progress line per scene, and write the index."""
    if job.compact and _is_finished(job):
        report(f"{job.out} already holds its {job.scenes} scenes")
        return
    from train.studio import blender  # noqa: PLC0415 - needs bpy

    for folder in FOLDERS:
        (job.out / folder).mkdir(parents=True, exist_ok=True)
    _describe(job)
    plans = [plan_scene(job.seed, i, job.scenes_per_garment, job.bare_share)
             for i in range(job.scenes)]  # fmt: skip
    missing = [plan for plan in plans if not _is_complete(job, plan)]
    if len(missing) < len(plans):
        report(f"{len(plans) - len(missing)} of {len(plans)} scenes are there already")
    started = time.monotonic()
    for done, plan in enumerate(missing, start=1):
        if done == 1:
            blender.start(job.threads)
        _make(job, plan)
        spent = time.monotonic() - started
        left = spent / done * (len(missing) - done)
        report(
            f"scene {plan.index + 1}/{len(plans)} {plan.garment.kind} in {plan.fabric.pattern}: "
            f"{spent / done:.1f} s each, {left / 60:.0f} min left"
        )
        if done % 10 == 0:
            _write_index(job, plans)
    _write_index(job, plans)
    if job.compact:
        for folder in WORKING_FOLDERS:
            shutil.rmtree(job.out / folder)


def _make(job: Job, plan: ScenePlan) -> None:
    from train.studio import blender, render, stage  # noqa: PLC0415 - need bpy

    with blender.quiet():
        garment = make_garment(plan.garment, job.out / "garments")
        size = (job.width_px, job.height_px)
        width_px, height_px = size[::-1] if plan.camera.landscape else size
        shown = garment.mesh if garment is not None else form_mesh(plan.garment.form)
        camera = frame_garment(plan.camera, shown.vertices, width_px, height_px)
        stage.build(plan, garment)
        stage.place_camera(camera, width_px, height_px)
        shot = render.shoot(job.samples)
    alpha = shot.coverage[..., 0]
    behind = np.maximum(0.0, 1 - shot.coverage.sum(-1, keepdims=True))
    labels = np.argmax(np.concatenate([behind, shot.coverage], axis=-1), axis=-1)
    body = np.clip(shot.coverage[..., 1] + shot.coverage[..., 2], 0, 1)
    pictures = {
        f"images/{plan.stem}.jpg": encode_jpeg(develop(shot.linear, plan.exposure)),
        f"masks/{plan.stem}.png": encode_png(np.round(alpha * 255).astype(np.uint8)),
        f"body/{plan.stem}.png": encode_png(np.round(body * 255).astype(np.uint8)),
        f"alpha/{plan.stem}.png": encode_png(np.round(alpha * 65535).astype(np.uint16)),
        f"labels/{plan.stem}.png": encode_png(labels.astype(np.uint8)),
    }
    for name, content in pictures.items():
        write_atomically(job.out / name, content)
    # The parameters come last: a scene with them is complete.
    record = {"scene": asdict(plan), "width_px": width_px, "height_px": height_px,
              "samples": job.samples}  # fmt: skip
    text = json.dumps(record, indent=1) + "\n"
    write_atomically(job.out / "scenes" / f"{plan.stem}.json", text.encode())


def _is_complete(job: Job, plan: ScenePlan) -> bool:
    names = [f"images/{plan.stem}.jpg", f"scenes/{plan.stem}.json"]
    names += [f"{folder}/{plan.stem}.png" for folder in ("masks", "body", "alpha", "labels")]
    return all((job.out / name).is_file() for name in names)


def _is_finished(job: Job) -> bool:
    index, described = job.out / "index.csv", job.out / "dataset.json"
    if not index.is_file() or not described.is_file() or (job.out / "scenes").exists():
        return False
    rows = list(csv.DictReader(io.StringIO(index.read_text())))
    return json.loads(described.read_text())["seed"] == job.seed and len(rows) == job.scenes


def _describe(job: Job) -> None:
    record = {
        "format": "selvedge-dataset",
        "format_version": 1,
        "name": job.out.resolve().name,
        "source": "rendered by the digital studio",
        "licence": "Apache-2.0",
        "command": job.command,
        "seed": job.seed,
    }
    write_atomically(job.out / "dataset.json", (json.dumps(record, indent=2) + "\n").encode())


def _write_index(job: Job, plans: list[ScenePlan]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for plan in plans:
        if _is_complete(job, plan):
            stem, garment = plan.stem, plan.garment
            split = split_of(job.seed, garment.index, job.val_share)
            writer.writerow(
                [stem, f"images/{stem}.jpg", f"masks/{stem}.png", f"body/{stem}.png",
                 split, garment_key(garment), garment.kind]
            )  # fmt: skip
    write_atomically(job.out / "index.csv", buffer.getvalue().encode())
