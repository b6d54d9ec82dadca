"""What a studio asks: which masks can be printed, and what a verdict is worth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from train.__main__ import main
from train.datasets.dataset import load_dataset
from train.errors import UsageError
from train.evaluation.metrics import Score
from train.evaluation.rig_verdicts import read_verdicts
from train.evaluation.studio_figures import measure_trust


def _garment(stop: int, size: int = 400) -> npt.NDArray[np.bool_]:
    mask = np.zeros((size, size), np.bool_)
    mask[100:300, 100:stop] = True
    return mask


def _score() -> Score:
    """Five garments of falling IoU, and two bare forms of which one is called garment."""
    score = Score()
    for number, stop in enumerate((300, 297, 286, 270, 200)):  # IoU 1, 0.985, 0.93, 0.85, 0.5
        score.add(_garment(stop), _garment(300), None, stem=f"garment-{number}", kind="dress")
    score.add(_garment(150), _garment(100), None, stem="bare-0", kind="bare")
    score.add(_garment(100), _garment(100), None, stem="bare-1", kind="bare")
    return score


def test_shares_are_of_the_pictures_that_show_a_garment() -> None:
    """Print-ready, below 0.95 and 0.90 and p10 leave bare sets out, which are counted apart."""
    figures = _score().studio_figures
    assert (figures.pictures, figures.bare, figures.bare_found) == (5, 2, 1)
    assert figures.print_ready_share == pytest.approx(2 / 5)
    assert figures.below_good_share == pytest.approx(3 / 5)
    assert figures.below_poor_share == pytest.approx(2 / 5)
    assert 0.5 < figures.p10 < 0.85


def test_a_right_area_with_a_torn_outline_is_not_print_ready() -> None:
    """IoU alone prints nothing: an outline with teeth fails though the area is right."""
    teeth = _garment(300, 2000)
    teeth[110:290:40, 300:360] = True
    score = Score()
    score.add(teeth[:400, :400], _garment(300), None)
    assert score.per_picture[0].garment_iou > 0.98
    assert score.studio_figures.print_ready_share == 0.0


def test_verdicts_are_held_against_the_masks() -> None:
    """The table counts the bad ones called ok and the good ones refused."""
    states = {
        "garment-0": "ok",
        "garment-1": "retake",
        "garment-2": "ok",
        "garment-3": "ok",
        "garment-4": "unsure",
        "bare-0": "unsure",
        "bare-1": "retake",
    }
    assert measure_trust(_score().per_picture, states).as_dict() == {
        "ok": 3,
        "ok_below_good": 2,
        "ok_below_poor": 1,
        "good": 2,
        "good_ok": 1,
        "good_retake": 1,
        "bare": 2,
        "bare_refused": 1,
    }
    del states["bare-0"]
    with pytest.raises(UsageError, match="no line for bare-0"):
        measure_trust(_score().per_picture, states)


def test_evaluate_prints_what_an_ok_is_worth(
    drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`train evaluate --predictions DIR --verdicts FILE` adds the verdicts to its figures."""
    stems = [entry.stem for entry in load_dataset(drawn_dataset).select("val")]
    table = tmp_path / "verdicts.csv"
    table.write_text("file,verdict\n" + "".join(f"in/{stem}.jpg,ok\n" for stem in stems))
    judge = ["evaluate", "--predictions", str(drawn_dataset / "masks")]
    judge += ["--data", str(drawn_dataset), "--verdicts", str(table)]
    assert main(judge) == 0
    assert f"verdict ok: {len(stems)}, of these 0 below 0.95" in capsys.readouterr().out
    assert main([*judge, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out).values()
    assert (found["print_ready_share"], found["verdicts"]["good_ok"]) == (1.0, len(stems))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("file,verdict\n", "has no verdict"),
        ("file,state\na.jpg,ok\n", "line 2: it needs the columns file and verdict"),
        ("file,verdict\na.jpg,fine\n", "one of ok, unsure, retake"),
    ],
)
def test_a_table_that_is_none_gets_one_sentence(
    content: str | None, sentence: str, tmp_path: Path
) -> None:
    """A missing or wrong table of verdicts is named, with what it needs."""
    table = tmp_path / "verdicts.csv"
    if content is not None:
        table.write_text(content)
    with pytest.raises(UsageError, match=sentence):
        read_verdicts(table)


def test_verdicts_go_with_masks_of_the_rig(tmp_path: Path, drawn_dataset: Path) -> None:
    """A run has no verdicts of its own: the two together are refused."""
    judge = [
        "evaluate",
        str(tmp_path / "run"),
        "--data",
        str(drawn_dataset),
        "--verdicts",
        "verdicts.csv",
    ]
    assert main(judge) == 2
