"""`python -m benchmarks.verdict`: pictures corrupted on purpose, and how verdicts score."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.datasets.labelled import LabelledPicture, read_labelled
from benchmarks.verdict.__main__ import main
from benchmarks.verdict.bare_pairs import grow_mask
from benchmarks.verdict.corrupted_shot import CLEAN, CorruptedShot
from benchmarks.verdict.corruptions import CORRUPTIONS
from benchmarks.verdict.patches import find_backdrop, spread_colours
from benchmarks.verdict.precision_recall import judge_shots, must_report, score_reasons
from device.settings.verdict import STANDARD
from device.verdict.measurements import Measurements


@pytest.fixture(scope="module")
def picture(repository: Path) -> LabelledPicture:
    """A render with its exact mask and the form's."""
    return next(read_labelled(repository / "calibration_images", "all", 1))


def test_corrupted_shots_are_scored_on_the_held_out_half(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Severe corruptions are reported; `shots.csv` has the shots of both halves."""
    given = ["--data", f"{repository / 'calibration_images'}@all", "--limit", "2"]
    only = ["--corruption", "too dark", "moved"]
    assert main([*given, *only, "--thresholds", "--json", "-o", str(tmp_path)]) == 0
    figures = json.loads(capsys.readouterr().out)
    steps = {step["severity"]: step for step in figures["severities"]["too dark"]}
    assert steps[-4]["reported"] == 1.0
    assert steps[-4]["reported"] >= steps[-1]["reported"]
    assert (
        figures["reasons"]["under-exposed"]["recalled"]
        == figures["reasons"]["under-exposed"]["required"]
    )
    with (tmp_path / "shots.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * (1 + 4 + 6)
    assert figures["shots"] == sum(row["half"] == "held out" for row in rows)
    assert "| `under-exposed` |" in (tmp_path / "verdict.md").read_text("utf-8")


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_is_the_same_every_time(picture: LabelledPicture, name: str) -> None:
    """The same seed gives the same picture, the original is left alone, and something changes."""
    before = picture.pixels.copy()
    corruption = CORRUPTIONS[name]
    one, same = (
        corruption.apply(picture, corruption.severe, np.random.default_rng(3)).pixels
        for _ in range(2)
    )
    assert np.array_equal(one, same)
    assert np.array_equal(picture.pixels, before)
    assert one.shape != before.shape or not np.array_equal(one, before)


def test_more_light_is_twice_the_light_for_a_stop(picture: LabelledPicture) -> None:
    """Exposure is changed in linear light: mid grey 118 becomes 160 with one stop more."""
    grey = replace(picture, pixels=np.full_like(picture.pixels, 118))
    more = CORRUPTIONS["too bright"].apply(grey, 1, np.random.default_rng(0)).pixels
    assert float(more.mean()) == pytest.approx(161, abs=2)


def test_a_group_of_pictures_stays_in_one_half(repository: Path) -> None:
    """No garment is in both halves, and neither half is empty."""
    halves: dict[str, set[str]] = {}
    for each in read_labelled(repository / "calibration_images", "all", 32):
        halves.setdefault(each.group, set()).add(each.half)
    assert all(len(half) == 1 for half in halves.values())
    assert len(set.union(*halves.values())) == 2


def make_shot(
    corruption: str, severity: float, measurements: Measurements, leak: float = 0.0
) -> CorruptedShot:
    """Return a shot of a picture that came after the bare set."""
    return CorruptedShot(
        data="set",
        stem="1",
        half="held out",
        corruption=corruption,
        severity=severity,
        measurements=measurements,
        true_share=0.2,
        true_touch=0.0,
        iou=0.97,
        leak=leak,
        beside=0.0,
        after_bare=True,
    )


def test_scores_follow_the_labels() -> None:
    """A reason is correct on a shot corrupted so, and a false alarm on a clean one."""
    dark = Measurements(garment_share=0.2, edge_touch_share=0.0, bright_level=60.0)
    good = replace(dark, bright_level=240.0)

    shots = [
        make_shot(CLEAN, 0, good),
        make_shot(CLEAN, 0, dark),
        make_shot("too dark", -3, dark),
        make_shot("too dark", -4, good),
    ]
    score = score_reasons(judge_shots(shots, STANDARD))["under-exposed"]
    assert (score.reported, score.correct, score.required, score.recalled) == (2, 1, 2, 1)
    assert (score.clean, score.false_alarms) == (2, 1)
    assert not must_report(make_shot("too dark", -1, dark), "under-exposed")


@pytest.fixture
def pair(repository: Path, tmp_path: Path) -> Path:
    """A data set of one dressed form, and what stood there before it was dressed."""
    source, stem = repository / "calibration_images", "studio-1000-00007"
    pictures = read_labelled(source, "all", None)
    dressed = next(picture for picture in pictures if picture.stem == stem)
    towards = spread_colours(dressed.pixels.astype(np.float32), find_backdrop(dressed))
    near = cv2.dilate(dressed.garment, np.ones((9, 9), np.uint8))[..., None]
    (tmp_path / "bare").mkdir()
    bare = np.asarray(dressed.pixels * (1 - near) + towards * near, np.uint8)
    assert dressed.body is not None
    cv2.imwrite(str(tmp_path / "bare" / f"{stem}.jpg"), bare[..., ::-1])
    cv2.imwrite(str(tmp_path / "bare" / f"{stem}.png"), dressed.body.astype(np.uint8) * 255)
    for folder in ("images", "masks", "body"):
        (tmp_path / folder).symlink_to(source / folder)
    head, *rows = (source / "index.csv").read_text("utf-8").splitlines()
    (tmp_path / "index.csv").write_text(
        "\n".join([head, *(row for row in rows if row.startswith(stem))]), "utf-8"
    )
    (tmp_path / "dataset.json").write_text((source / "dataset.json").read_text("utf-8"), "utf-8")
    return tmp_path


def test_shots_after_the_bare_set_are_judged_by_it(
    pair: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The form in the mask is reported, the garment alone is not, and the table counts both."""
    given = ["--data", f"{pair}@all", "--corruption", "bare pairs", "--untuned"]
    assert main([*given, "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    with (tmp_path / "out" / "shots.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["corruption"] == "grown mask"]
    shares = {float(row["severity"]): float(row["bare_share"]) for row in rows}
    assert shares[0] == 0
    assert shares[max(shares)] > STANDARD.bare_share
    assert "| grown mask |" in said


def test_the_studios_kinds_without_a_garment_count_as_bare(pair: Path) -> None:
    """Pictures of undressed forms and of empty sets are bare, those of a garment are not."""
    index = pair / "index.csv"
    head, row = index.read_text("utf-8").splitlines()
    for kind, bare in {"bare": True, "undressed": True, "empty-set": True, "coat": False}.items():
        index.write_text(f"{head}\n{row.rpartition(',')[0]},{kind}\n", "utf-8")
        assert [each.bare for each in read_labelled(pair, "all", None)] == [bare]


def test_a_grown_mask_reaches_as_far_onto_the_wearer_as_told(picture: LabelledPicture) -> None:
    """So many per cent of the mask are on the body, those nearest to the garment first."""
    assert picture.body is not None
    for percent in (2, 4):
        alpha = grow_mask(picture, percent)
        assert alpha is not None
        mask, worn = alpha >= 128, picture.body & (picture.garment < 0.5)
        assert (mask & worn).sum() / mask.sum() == pytest.approx(percent / 100, rel=0.2)
    assert grow_mask(picture, 99) is None


def test_leaks_count_only_where_the_bare_set_was_seen() -> None:
    """Without it no leak can be reported; with it one of a twentieth must be."""
    found = Measurements(garment_share=0.2, edge_touch_share=0.0)
    leaking = replace(found, bare_share=0.1)
    shots = [
        make_shot("like the form", 90, leaking, 0.06),
        make_shot("like the form", 90, found, 0.06),
        make_shot(CLEAN, 0, leaking, 0.03),
        make_shot(CLEAN, 0, leaking, 0.0),
        make_shot("colour cast", 12, leaking, 0.0),
        replace(make_shot(CLEAN, 0, found, 0.5), after_bare=False),
    ]
    score = score_reasons(judge_shots(shots, STANDARD))["mannequin-leak"]
    assert (score.reported, score.correct, score.required, score.recalled) == (3, 2, 2, 1)
    assert (score.clean, score.false_alarms) == (1, 1)


def test_a_data_set_that_is_none_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence."""
    assert main(["--data", str(tmp_path)]) == 2
    assert "no index.csv" in capsys.readouterr().err
