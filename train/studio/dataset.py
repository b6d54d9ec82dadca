"""Render scenes into a dataset folder, resuming where an earlier run stopped."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from train.atomic_file import write_atomically
from train.errors import UsageError
from train.json_file import read_json
from train.studio.blender.garment import garment_key
from train.studio.job import (
    OF_SET,
    UNDRESSED,
    Job,
    check_settings,
    check_version,
    choose_split,
    plan_job,
    write_settings,
)
from train.studio.plans.scene import ScenePlan

FOLDERS = ("images", "masks", "body", "alpha", "labels", "scenes", "garments")
WORKING_FOLDERS = ("alpha", "labels", "garments")
SOURCE = "rendered by the digital studio"
COLUMNS = ("stem", "image", "mask", "body", "split", "group", "kind")


def run(job: Job, report: Callable[[str], None]) -> None:
    """Render what is missing, one progress line per scene, and write the index.

    Raises:
        UsageError: the folder holds a data set of another origin, was begun with other options,
            or is a finished compact set of which more is asked.
    """
    _check_folder(job)
    check_settings(job)
    if _is_finished(job):
        _check_finished(job)
        report(f"{job.out} already holds its {job.scenes} scenes")
        return
    check_version(job)
    from train.studio.blender import session  # noqa: PLC0415 - needs bpy

    _describe(job)
    plans = plan_job(job)
    mine = [plan for plan in plans if plan.garment.index % job.parts == job.part - 1]
    missing = [plan for plan in mine if not _is_complete(job, plan)]
    if len(missing) < len(mine):
        report(f"{len(mine) - len(missing)} of {len(mine)} scenes are there already")
    started = time.monotonic()
    for done, plan in enumerate(missing, start=1):
        if done == 1:
            session.start(job.threads)
        _render_scene(job, plan)
        spent = time.monotonic() - started
        left = spent / done * (len(missing) - done)
        report(
            f"scene {plan.index + 1}/{len(plans)} {plan.kind} {plan.garment.kind} in "
            f"{plan.fabric.pattern}: "
            f"{spent / done:.1f} s each, {left / 60:.0f} min left"
        )
        if done % 10 == 0:
            _write_index(job, plans)
    _write_index(job, plans)


def _render_scene(job: Job, plan: ScenePlan) -> None:
    from train.studio.pictures import render_pictures  # noqa: PLC0415 - needs bpy

    made = render_pictures(job, plan)
    for name, content in made.files.items():
        write_atomically(job.out / name, content)
    # The parameters come last: a scene with them is complete.
    record = {"scene": asdict(plan), "width_px": made.width_px, "height_px": made.height_px,
              "samples": job.samples}  # fmt: skip
    text = json.dumps(record, indent=1) + "\n"
    write_atomically(job.out / "scenes" / f"{plan.stem}.json", text.encode())


def _is_complete(job: Job, plan: ScenePlan) -> bool:
    names = [f"images/{plan.stem}.jpg", f"scenes/{plan.stem}.json"]
    names += [f"{folder}/{plan.stem}.png" for folder in ("masks", "body", "alpha", "labels")]
    if job.undressed:
        names += [f"{UNDRESSED}/{plan.stem}.{kind}" for kind in ("jpg", "png")]
    return all((job.out / name).is_file() for name in names)


def _check_folder(job: Job) -> None:
    """Refuse a folder whose own index would be lost."""
    described = job.out / "dataset.json"
    if not described.is_file():
        return
    try:
        found = json.loads(described.read_text())
        source = found["source"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{described} is damaged: name a new folder") from error
    if source != SOURCE:
        raise UsageError(f"{job.out} is a data set of another origin: name a new folder")


def _is_finished(job: Job) -> bool:
    """Tell whether the folder is a compact set from which the scenes' parameters are gone."""
    index, described = job.out / "index.csv", job.out / "dataset.json"
    return index.is_file() and described.is_file() and not (job.out / "scenes").exists()


def _check_finished(job: Job) -> None:
    """Refuse to add to a finished compact set: all of it would have to be rendered again."""
    rows = list(csv.DictReader(io.StringIO((job.out / "index.csv").read_text())))
    seed = read_json(job.out / "dataset.json").get("seed")
    if not job.compact or (len(rows), seed) != (job.scenes, job.seed):
        raise UsageError(
            f"{job.out} is finished with {len(rows)} scenes of seed {seed}, and --compact has "
            "removed what going on needs: name a new folder"
        )
    if job.undressed and not (job.out / UNDRESSED).is_dir():
        raise UsageError(
            f"{job.out} is finished without --undressed, and --compact has removed what going on "
            "needs: name a new folder"
        )
    check_settings(job, OF_SET)


def _describe(job: Job) -> None:
    record = {
        "format": "selvedge-dataset",
        "format_version": 1,
        "name": job.out.resolve().name,
        "source": SOURCE,
        "licence": "Apache-2.0",
        "command": job.command,
        "seed": job.seed,
    }
    job.out.mkdir(parents=True, exist_ok=True)
    with _lock(job):
        check_settings(job)  # another part may have begun meanwhile
        for folder in (*FOLDERS, *[UNDRESSED] * job.undressed):
            (job.out / folder).mkdir(exist_ok=True)
        write_settings(job)
        write_atomically(job.out / "dataset.json", (json.dumps(record, indent=2) + "\n").encode())


def _write_index(job: Job, plans: list[ScenePlan]) -> None:
    """Write down what is there; who finds a compact set whole clears the working folders."""
    with _lock(job):
        if (job.out / "scenes").exists():
            write_atomically(job.out / "index.csv", _index(job, plans).encode())
            if job.compact and all(_is_complete(job, plan) for plan in plans):
                _clear(job)
        else:  # Another part was the last: its index is whole, and what it was made from is gone.
            (job.out / ".lock").unlink(missing_ok=True)


def _clear(job: Job) -> None:
    # The scenes' parameters first: without them the set counts as finished, whatever comes.
    for folder in ("scenes", *WORKING_FOLDERS):
        shutil.rmtree(job.out / folder, ignore_errors=True)
    (job.out / ".lock").unlink(missing_ok=True)


@contextmanager
def _lock(job: Job) -> Iterator[None]:
    """Keep the processes of the other parts from writing the same file meanwhile."""
    with (job.out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _index(job: Job, plans: list[ScenePlan]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for plan in plans:
        if _is_complete(job, plan):
            stem, garment = plan.stem, plan.garment
            split = choose_split(job, plan)
            writer.writerow(
                [stem, f"images/{stem}.jpg", f"masks/{stem}.png", f"body/{stem}.png",
                 split, garment_key(garment), plan.shown_kind]
            )  # fmt: skip
    return buffer.getvalue()
