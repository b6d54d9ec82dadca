"""Several processes that render one dataset, without a renderer."""

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import train.studio.blender
from train.studio.dataset import run
from train.studio.job import Job
from train.studio.plans.scene import ScenePlan


def _make(job: Job, plan: ScenePlan) -> None:
    """Every file of a scene, empty."""
    for folder in ("masks", "body", "alpha", "labels"):
        (job.out / folder / f"{plan.stem}.png").touch()
    (job.out / "images" / f"{plan.stem}.jpg").touch()
    (job.out / "scenes" / f"{plan.stem}.json").touch()


def test_parts_of_two_machines_are_joined_by_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two parts rendered in folders of their own, copied together, need only their index."""
    session = ModuleType("train.studio.blender.session")
    session.start = lambda _: None  # type: ignore[attr-defined] # A module is filled by hand.
    monkeypatch.setitem(sys.modules, session.__name__, session)
    monkeypatch.setattr(train.studio.blender, "session", session, raising=False)
    monkeypatch.setattr("train.studio.dataset._render_scene", _make)
    whole = tmp_path / "whole"
    for part in (1, 2):
        job = Job(
            tmp_path / str(part),
            6,
            1,
            scenes_per_garment=1,
            kinds="small,mirror",
            part=part,
            parts=2,
        )
        run(job, lambda _: None)
        shutil.copytree(job.out, whole, dirs_exist_ok=True)
    said = list[str]()
    run(replace(job, out=whole, part=1, parts=1), said.append)
    assert said == ["6 of 6 scenes are there already"]
    with (whole / "index.csv").open(newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert sorted(kinds) == ["mirror"] * 3 + ["small"] * 3


def test_the_last_of_two_parts_does_not_empty_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that ends after the other has cleared a whole compact set leaves its index alone."""
    session = ModuleType("train.studio.blender.session")
    session.start = lambda _: None  # type: ignore[attr-defined] # A module is filled by hand.
    monkeypatch.setitem(sys.modules, session.__name__, session)
    monkeypatch.setattr(train.studio.blender, "session", session, raising=False)
    monkeypatch.setattr("train.studio.dataset._render_scene", _make)
    job = Job(tmp_path / "out", 4, 1, scenes_per_garment=1, compact=True, part=1, parts=2)

    def overtake(text: str) -> None:
        """When this part has made its last scene, the other makes its own and is done."""
        if text.startswith("scene 3/"):
            run(replace(job, part=2), lambda _: None)

    run(job, overtake)
    assert (job.out / "index.csv").read_text().count("images/") == 4
    kept = {"images", "masks", "body", "index.csv", "dataset.json", "job.json"}
    assert {path.name for path in job.out.iterdir()} == kept
