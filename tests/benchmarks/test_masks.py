"""`python -m benchmarks`: a table of this machine's own making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.datasets.pictures import BoolArray, Picture, read_pictures
from benchmarks.masks.comparison import compare_masks
from benchmarks.masks.peer import Peer
from benchmarks.masks.score import Score
from device.imaging.arrays import UInt8Array
from tests.support.fake_peers import put_mediapipe, put_rembg, take_away


def test_peers_that_are_not_there_are_named_and_left_out(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is installed, both shipped bundles have their rows, and who is missing is said."""
    take_away(monkeypatch, "mediapipe")
    take_away(monkeypatch, "rembg")
    data = repository / "calibration_images"
    assert main(["--data", str(data), "--split", "all", "--limit", "2"]) == 0
    printed = capsys.readouterr()
    rows = [line.split("|") for line in printed.out.splitlines() if "| Selvedge" in line]
    assert [row[2].strip() for row in rows] == [
        "Selvedge `garment`",
        "Selvedge `garment`, full-frame pass alone",
        "Selvedge `garment-small`",
        "Selvedge `garment-small`, full-frame pass alone",
    ]
    assert all(float(row[4]) > 0.5 for row in rows)
    for missing in ("PASCAL DeepLab", "MediaPipe", "rembg u2netp"):
        assert f"{missing} is left out" in printed.err


def test_peers_that_are_there_have_rows(
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each installed peer is a row of the table that says what it was made for."""
    put_mediapipe(monkeypatch, old=True)
    put_rembg(monkeypatch)
    clothes, custom = tmp_path / "clothes.tflite", tmp_path / "mean.onnx"
    clothes.write_bytes(b"TFLITE_METADATA background clothes")
    custom.write_bytes(b"")
    given = ["--mediapipe", str(clothes), "--rembg", f"u2net_custom={custom}", "u2net_cloth_seg"]
    data = repository / "calibration_images"
    small = repository / "device" / "models" / "garment-small"
    assert main(["--data", str(data), "--limit", "1", "--model", str(small), *given]) == 0
    table = capsys.readouterr().out.splitlines()[2:]
    assert len({line.count("|") for line in table}) == 1
    peers = [[cell.strip() for cell in line.split("|")[2:4]] for line in table[4:]]
    assert [made_for for _, made_for in peers] == [
        "people",
        "clothes",
        "what stands out",
        "garments",
    ]
    assert "`u2net_custom` with mean.onnx" in peers[2][0]


def test_wrong_folders_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is no dataset: exit code 2 and one sentence."""
    assert main(["--data", str(tmp_path)]) == 2
    assert "no index.csv" in capsys.readouterr().err


def test_scores_cannot_be_won_by_background() -> None:
    """An empty mask scores 0, the truth 1."""
    truth = np.zeros((60, 80), np.bool_)
    truth[20:40, 20:60] = True
    picture = Picture(np.zeros((60, 80, 3), np.uint8), truth, None)
    empty, perfect = Score(), Score()
    empty.add(np.zeros_like(truth), picture, 1.0, 1.0)
    perfect.add(truth, picture, 1.0, 1.0)
    assert (empty.garment.garment_iou, empty.garment.boundary_f) == (0.0, 0.0)
    assert (perfect.garment.garment_iou, perfect.garment.boundary_f) == (1.0, 1.0)


def test_a_mask_of_everything_wins_nothing_on_a_bare_form() -> None:
    """A picture without garment adds nothing to the mean boundary F, whatever is called garment."""
    bare = Picture(np.zeros((60, 80, 3), np.uint8), np.zeros((60, 80), np.bool_), None)
    full, empty = Score(), Score()
    full.add(~bare.garment, bare, 1.0, 1.0)
    empty.add(bare.garment, bare, 1.0, 1.0)
    assert (full.garment.garment_iou, full.garment.boundary_f) == (0.0, 0.0)
    assert (empty.garment.garment_iou, empty.garment.boundary_f) == (0.0, 0.0)


def test_a_people_cutter_is_judged_by_its_own_aim_too(repository: Path) -> None:
    """Who finds garment, skin and mannequin has the figure whole, and the garment not."""
    picture = next(read_pictures(repository / "calibration_images", "all", 1))
    assert picture.figure is not None
    score = Score()
    score.add(picture.figure, picture, 1.0, 1.0)
    assert score.figure.garment_iou == 1.0
    assert score.garment.garment_iou < 0.95


def test_sets_that_do_not_know_skin_have_no_figure_column() -> None:
    """Where a data set says nothing of skin or mannequin, the table claims nothing of it."""
    truth = np.ones((4, 4), np.bool_)
    score = Score()
    score.add(truth, Picture(np.zeros((4, 4, 3), np.uint8), truth, None), 1.0, 1.0)
    assert score.cells()[2:4] == ["–", "–"]


def test_all_take_turns_over_the_same_pictures() -> None:
    """Each sees every picture once for its score, and the first of each turn once more."""
    pictures = [
        Picture(np.full((8, 8, 3), number, np.uint8), np.ones((8, 8), np.bool_), None)
        for number in range(10)
    ]
    seen: list[tuple[str, int]] = []

    def peer(name: str) -> Peer:
        def segment(picture: UInt8Array) -> BoolArray:
            seen.append((name, int(picture[0, 0, 0])))
            return np.ones((8, 8), np.bool_)

        return Peer(name, "anything", segment)

    scores = compare_masks([peer("a"), peer("b")], pictures)
    first, second = [0, *range(8)], [8, 8, 9]
    order = [("a", first), ("b", first), ("a", second), ("b", second)]
    assert seen == [(name, number) for name, numbers in order for number in numbers]
    assert [len(score.wall_ms) for score in scores] == [10, 10]
