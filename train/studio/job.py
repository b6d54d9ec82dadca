"""A job of the studio, and its settings on disk: a folder resumes only with the same settings."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from train.atomic_file import write_json
from train.errors import UsageError
from train.json_file import read_json
from train.studio.plans.garments import assign_split, kind_of
from train.studio.plans.scene import ScenePlan
from train.studio.plans.scenes import plan_scene

# What decides how each scene looks: with other values half of the scenes would be of another plan.
OF_SCENES = (
    "seed", "width_px", "height_px", "samples", "scenes_per_garment", "bare_share", "kinds",
    "push_px",
)  # fmt: skip
# A finished compact set cannot be split or added to any more: what scenes are made of is gone.
OF_SET = (*OF_SCENES, "val_share", "scenes")
SCENES_VERSION = 3
"""Raised when the same seed and number begin to give another picture."""
UNDRESSED = "bare"
"""Folder of the scenes' mannequins without their garments."""


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
        bare_share: share of the garments left out, showing the mannequin alone; not with kinds.
        kinds: kinds of scenes, joined by commas, that come in rounds; empty is a mixture.
        compact: keep only pictures, masks and body, as a training or calibration set needs.
        threads: CPU threads.
        command: the command line, for the record.
        undressed: also show each scene's mannequin without its garment, in the folder `bare`.
        push_px: the undressed mannequin stands up to so many pixels from its place.
        part, parts: render only the `part`-th of `parts` shares of the garments; processes with
            different parts may work on one folder at the same time.
    """

    out: Path
    scenes: int
    seed: int
    _: KW_ONLY
    width_px: int = 384
    height_px: int = 512
    samples: int = 24
    scenes_per_garment: int = 6
    val_share: float = 0.2
    bare_share: float = 0.04
    kinds: str = ""
    compact: bool = False
    threads: int = 2
    command: str = ""
    part: int = 1
    parts: int = 1
    undressed: bool = False
    push_px: float = 0.0

    @property
    def named_kinds(self) -> tuple[str, ...]:
        """Kinds of scenes, one by one."""
        return tuple(name for name in self.kinds.split(",") if name)


def plan_job(job: Job) -> list[ScenePlan]:
    """Return the plans of all scenes of all parts."""
    return [
        plan_scene(job.seed, index, job.scenes_per_garment, job.bare_share, job.named_kinds)
        for index in range(job.scenes)
    ]


def choose_split(job: Job, plan: ScenePlan) -> str:
    """Return `train` or `val`: every kind has its share of garments in each."""
    number = plan.garment.index
    if plan.kind:
        return assign_split(plan.kind, number, job.val_share, job.named_kinds)
    return assign_split(kind_of(job.seed, number), number, job.val_share)


def check_settings(job: Job, names: tuple[str, ...] = OF_SCENES) -> None:
    """Refuse values other than the folder was begun with; one without a record may be anything.

    Args:
        job: what is asked for now.
        names: attributes that must be the same.

    Raises:
        UsageError: one differs, or the record is damaged.
    """
    before = _read_settings(job)
    for name in names:
        now = getattr(job, name)
        if before.get(name, now) != now:
            flag = "--" + name.replace("_", "-")
            raise UsageError(
                f"{job.out} was made with {flag} {before[name]}, not {now}: "
                f"give {flag} {before[name]}, or name a new folder"
            )


def check_version(job: Job) -> None:
    """Refuse to go on with a folder whose scenes an earlier release planned otherwise.

    Raises:
        UsageError: the seed gives other pictures now, or the record is damaged.
    """
    before = _read_settings(job)
    if before and before.get("scenes_version", 1) != SCENES_VERSION:
        raise UsageError(
            f"{job.out} was begun with another release, whose seeds give other pictures: "
            "go on with that one, or name a new folder"
        )


def write_settings(job: Job) -> None:
    """Write job.json, whole or not at all."""
    settings = {name: getattr(job, name) for name in OF_SET}
    write_json(_path(job), {"scenes_version": SCENES_VERSION, **settings})


def _read_settings(job: Job) -> dict[str, Any]:
    path = _path(job)
    if not path.is_file():
        return {}  # of a release that kept none
    try:
        return dict(read_json(path))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is damaged: name a new folder") from error


def _path(job: Job) -> Path:
    return job.out / "job.json"
