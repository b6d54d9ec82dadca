"""``train pseudolabel``: the whole command, its limits, resumption and wrong usage."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from train.datasets.dataset import load_dataset

Run = Callable[..., subprocess.CompletedProcess[str]]


def _refused(out: Path) -> dict[str, str]:
    with (out / "refused.csv").open(newline="") as file:
        return {row["stem"]: row["reason"] for row in csv.DictReader(file)}


def _contents(out: Path) -> dict[str, bytes]:
    paths = [*out.glob("images/*"), *out.glob("masks/*"), out / "index.csv", out / "refused.csv"]
    return {str(path.relative_to(out)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def labelled(drawn: Path, tmp_path_factory: pytest.TempPathFactory, pseudolabel: Run) -> Path:
    """The data set that comes of a teacher's proposals for the drawn photos."""
    out = tmp_path_factory.mktemp("labelled") / "set"
    done = pseudolabel(
        out, "--photos", drawn / "photos", "--proposals", drawn / "proposals",
        "--kind", "shirt", "--licence", "CC0-1.0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4 of 8 accepted, 4 set aside" in done.stdout
    assert "1 GrabCut disagrees" in done.stdout
    return out


def test_pseudolabel_accepts_what_grabcut_confirms(labelled: Path, drawn: Path) -> None:
    """Right proposals become a data set; wrong ones are not in it."""
    dataset = load_dataset(labelled)
    assert [entry.stem for entry in dataset.entries] == ["0", "1", "2", "3"]
    assert {(entry.split, entry.kind) for entry in dataset.entries} == {("train", "shirt")}
    assert dataset.licence == "CC0-1.0"
    for entry in dataset.entries:
        assert (
            dataset.read_mask(entry) == cv2.imread(str(drawn / f"proposals/{entry.stem}.png"), 0)
        ).all()
        assert dataset.read_image(entry).shape == (192, 144, 3)


def test_pseudolabel_lists_each_refusal_with_its_reason(labelled: Path) -> None:
    """Each refused photo is listed with the reason, and the report counts the reasons."""
    reasons = _refused(labelled)
    assert reasons["4"] == "GrabCut disagrees"
    assert reasons["5"] == "the proposal is unsure"
    assert reasons["6"] == "6.png is missing or not a readable mask"
    assert reasons["7"] == "the picture is 144x192, its mask 72x96"
    report = json.loads((labelled / "report.json").read_text())
    assert (report["photos"], report["accepted"], report["refused"]) == (8, 4, 4)
    assert report["reasons"]["GrabCut disagrees"] == 1
    assert report["accepted_median"]["grabcut_iou"] > 0.9


def test_pseudolabel_draws_contact_sheets(labelled: Path) -> None:
    """Accepted and refused photos are on sheets of their own for a person to check."""
    for kind in ("accepted", "refused"):
        sheet = cv2.imread(str(labelled / f"{kind}-01.jpg"))
        assert sheet is not None
        assert sheet.shape[1] == 2400


def test_pseudolabel_applies_new_limits_without_labelling_again(
    labelled: Path, drawn: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """Stricter limits refuse more from the same measurements; none accepted is no data set."""
    out = tmp_path / "set"
    shutil.copytree(labelled, out)
    arguments = (out, "--photos", drawn / "photos", "--proposals", drawn / "proposals")
    before = (out / "work" / "figures.jsonl").read_bytes()
    done = pseudolabel(*arguments, "--min-area-share", "0.9")
    assert done.returncode == 1
    assert done.stderr.startswith("selvedge: none of 8 photos was accepted")
    assert not (out / "index.csv").exists()
    done = pseudolabel(*arguments, "--kind", "shirt")
    assert done.returncode == 0, done.stderr
    assert _contents(out) == _contents(labelled)
    assert (out / "work" / "figures.jsonl").read_bytes() == before


def test_pseudolabel_crops_above_the_garment(
    labelled: Path, drawn: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """With --crop-above photo and mask begin at the garment's top row."""
    out = tmp_path / "set"
    shutil.copytree(labelled, out)
    done = pseudolabel(
        out, "--photos", drawn / "photos", "--proposals", drawn / "proposals", "--kind", "shirt",
        "--crop-above",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    dataset, whole = load_dataset(out), load_dataset(labelled)
    assert len(dataset.entries) == len(whole.entries) > 0
    for entry, before in zip(dataset.entries, whole.entries, strict=True):
        mask = dataset.read_mask(entry)
        assert (mask[0] >= 128).any()
        cut = whole.read_mask(before).shape[0] - mask.shape[0]
        assert cut > 0
        assert (whole.read_mask(before)[cut:] == mask).all()
        assert (whole.read_image(before)[cut:] == dataset.read_image(entry)).all()


def test_pseudolabel_resumes_after_sigkill(tmp_path: Path, pseudolabel: Run, drawn: Path) -> None:
    """A run that was killed and started again gives the same result as one that was not."""
    photos = tmp_path / "photos"
    photos.mkdir()
    (tmp_path / "proposals").mkdir()
    for number in range(24):
        shutil.copy(drawn / f"photos/{number % 4}.jpg", photos / f"{number:02d}.jpg")
        shutil.copy(drawn / f"proposals/{number % 4}.png", tmp_path / f"proposals/{number:02d}.png")
    given = ["--photos", photos, "--proposals", tmp_path / "proposals"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = subprocess.Popen(
        [sys.executable, "-m", "train", "pseudolabel", str(killed), *map(str, given)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    lines = killed / "work" / "figures.jsonl"
    deadline_s = time.monotonic() + 120
    while not lines.exists():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / "index.csv").exists(), "the run finished before it was killed"
    with lines.open("a") as file:
        file.write('{"stem": "23", "fig')  # a line cut short by a power cut
    done = pseudolabel(killed, *given)
    assert done.returncode == 0, done.stderr
    assert "going on:" in done.stderr
    assert pseudolabel(whole, *given).returncode == 0
    assert _contents(killed) == _contents(whole)


def test_pseudolabel_skips_photos_with_a_label(
    drawn: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """A photo whose stem is in --labelled, with any suffix, is not labelled again."""
    (tmp_path / "labels").mkdir()
    for stem in ("0", "1", "4", "5", "6"):
        (tmp_path / "labels" / f"{stem}.mat").touch()
    out = tmp_path / "set"
    done = pseudolabel(
        out, "--photos", drawn / "photos", "--proposals", drawn / "proposals",
        "--labelled", tmp_path / "labels", "--sheets", "0",
    )  # fmt: skip
    assert "2 of 3 accepted, 1 set aside" in done.stdout
    assert [entry.stem for entry in load_dataset(out).entries] == ["2", "3"]
    assert not list(out.glob("*.jpg"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["OUT"], "name either --photos DIR or --data DATASET"),
        (["OUT", "--photos", "PHOTOS"], "nobody proposes"),
        (["OUT", "--data", "DATASET"], "by a data set's own masks alone: name --model RUN"),
        (["OUT", "--data", "PHOTOS", "--proposals", "PHOTOS"], "is not a data set"),
        (["OUT", "--photos", "nowhere", "--proposals", "PHOTOS"], "is not a folder"),
        (["OUT", "--photos", "PHOTOS", "--proposals", "nowhere"], "is not a folder"),
        (["OUT", "--photos", "PHOTOS", "--model", "PHOTOS"], "is not a run or a bundle"),
        (["OUT", "--photos", "PHOTOS", "--labelled", "PHOTOS", "--proposals", "PHOTOS"], "nothing"),
        (["DONE", "--photos", "PHOTOS", "--proposals", "PHOTOS"], "was begun with another"),
        (["DATASET", "--photos", "PHOTOS", "--proposals", "PHOTOS"], "is a data set already"),
        (["UP", "--photos", "PHOTOS", "--proposals", "PHOTOS"], "lies inside"),
        (["PROPOSALS", "--photos", "PHOTOS", "--proposals", "MASKS"], "is not empty"),
        (["OUT", "--data", "DATASET", "--model", "PHOTOS", "--crop-above"], "--crop-above"),
    ],
)
def test_pseudolabel_reports_wrong_usage_in_one_sentence(
    arguments: list[str],
    sentence: str,
    *,
    drawn: Path,
    drawn_dataset: Path,
    labelled: Path,
    tmp_path: Path,
    pseudolabel: Run,
) -> None:
    """A user's mistake gives one sentence and exit code 2, and writes nothing."""
    names = {
        "OUT": tmp_path / "out",
        "PHOTOS": drawn / "photos",
        "DONE": labelled,
        "DATASET": drawn_dataset,
        "UP": drawn,
        "PROPOSALS": drawn / "proposals",
        "MASKS": drawn_dataset / "masks",
    }
    done = pseudolabel(*(names.get(argument, argument) for argument in arguments))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not (drawn_dataset / "work").exists()
