"""``python -m train pseudolabel``: masks that two methods agree on, and nothing else."""

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
    """What a teacher's proposals for the drawn photos came to."""
    out = tmp_path_factory.mktemp("labelled") / "set"
    done = pseudolabel(
        out, "--photos", drawn / "photos", "--proposals", drawn / "proposals",
        "--kind", "shirt", "--licence", "CC0-1.0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4 of 8 accepted, 4 set aside" in done.stdout
    assert "1 GrabCut disagrees" in done.stdout
    return out


def test_only_what_two_methods_agree_on_is_accepted(labelled: Path, drawn: Path) -> None:
    """Right proposals become a data set to train on; wrong ones are not in it."""
    dataset = load_dataset(labelled)
    assert [entry.stem for entry in dataset.entries] == ["0", "1", "2", "3"]
    assert {(entry.split, entry.kind) for entry in dataset.entries} == {("train", "shirt")}
    assert dataset.licence == "CC0-1.0"
    for entry in dataset.entries:
        assert (
            dataset.read_mask(entry) == cv2.imread(str(drawn / f"proposals/{entry.stem}.png"), 0)
        ).all()
        assert dataset.read_image(entry).shape == (192, 144, 3)


def test_each_refusal_has_its_reason(labelled: Path) -> None:
    """Each photo set aside is listed with why, and the report counts the reasons."""
    reasons = _refused(labelled)
    assert reasons["4"] == "GrabCut disagrees"
    assert reasons["5"] == "the proposal is unsure"
    assert reasons["6"] == "6.png is missing or not a readable mask"
    assert reasons["7"] == "the picture is 144x192, its mask 72x96"
    report = json.loads((labelled / "report.json").read_text())
    assert (report["photos"], report["accepted"], report["refused"]) == (8, 4, 4)
    assert report["reasons"]["GrabCut disagrees"] == 1
    assert report["accepted_median"]["grabcut_iou"] > 0.9


def test_contact_sheets_show_accepted_and_refused(labelled: Path) -> None:
    """Both kinds are drawn, so that a person can judge the judges."""
    for kind in ("accepted", "refused"):
        sheet = cv2.imread(str(labelled / f"{kind}-01.jpg"))
        assert sheet is not None
        assert sheet.shape[1] == 2400


def test_other_limits_judge_anew(
    labelled: Path, drawn: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """Stricter limits refuse more without asking anybody again; none left is no data set."""
    out = tmp_path / "set"
    shutil.copytree(labelled, out)
    given = (out, "--photos", drawn / "photos", "--proposals", drawn / "proposals")
    before = (out / "work" / "figures.jsonl").read_bytes()
    done = pseudolabel(*given, "--min-area-share", "0.9")
    assert done.returncode == 1
    assert done.stderr.startswith("selvedge: none of 8 photos was accepted")
    assert not (out / "index.csv").exists()
    done = pseudolabel(*given, "--kind", "shirt")
    assert done.returncode == 0, done.stderr
    assert _contents(out) == _contents(labelled)
    assert (out / "work" / "figures.jsonl").read_bytes() == before


def test_what_is_above_the_garment_can_be_cut_off(
    labelled: Path, drawn: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """With --crop-above no photo shows more than its garment's top row, and masks stay in step."""
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


def test_labelling_goes_on_after_sigkill(tmp_path: Path, pseudolabel: Run, drawn: Path) -> None:
    """Labelling that is killed and started again ends with what it would have come to."""
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
    deadline_s = time.monotonic() + 60
    while not lines.exists():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / "index.csv").exists(), "it had finished before it was killed"
    with lines.open("a") as file:
        file.write('{"stem": "23", "fig')  # as when the power goes within a line
    done = pseudolabel(killed, *given)
    assert done.returncode == 0, done.stderr
    assert "going on:" in done.stderr
    assert pseudolabel(whole, *given).returncode == 0
    assert _contents(killed) == _contents(whole)


def test_photos_with_a_label_are_left_out(drawn: Path, tmp_path: Path, pseudolabel: Run) -> None:
    """A photo whose name lies in --labelled, under whatever suffix, is not labelled again."""
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
def test_wrong_usage_gets_one_sentence(
    arguments: list[str],
    sentence: str,
    *,
    drawn: Path,
    drawn_dataset: Path,
    labelled: Path,
    tmp_path: Path,
    pseudolabel: Run,
) -> None:
    """A person's mistake gets one sentence and exit code 2, and nothing is written."""
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
