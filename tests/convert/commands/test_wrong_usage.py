"""What a user can get wrong: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from convert.__main__ import main
from convert.install_command import install_command

Case = Callable[[Path, Path, Path], list[str]]


def _no_such_run(tmp: Path, _: Path, photos: Path) -> list[str]:
    return [str(tmp / "nowhere"), "--calibration", str(photos)]


def _not_a_run(tmp: Path, _: Path, photos: Path) -> list[str]:
    (tmp / "holiday").mkdir()
    return [str(tmp / "holiday"), "--calibration", str(photos)]


def _changed_run(tmp: Path, run: Path, changes: dict[str, object]) -> Path:
    copy = tmp / "run"
    shutil.copytree(run, copy)
    record = json.loads((copy / "run.json").read_text("utf-8"))
    (copy / "run.json").write_text(json.dumps({**record, **changes}), "utf-8")
    return copy


def _without_model(tmp: Path, run: Path, photos: Path) -> list[str]:
    copy = _changed_run(tmp, run, {})
    (copy / "model.keras").unlink()
    return [str(copy), "--calibration", str(photos)]


def _broken_model(tmp: Path, run: Path, photos: Path) -> list[str]:
    copy = _changed_run(tmp, run, {})
    (copy / "model.keras").write_bytes((run / "model.keras").read_bytes()[:2000])
    return [str(copy), "--calibration", str(photos)]


def _newer_run(tmp: Path, run: Path, photos: Path) -> list[str]:
    return [str(_changed_run(tmp, run, {"format_version": 2})), "--calibration", str(photos)]


def _incomplete_run(tmp: Path, run: Path, photos: Path) -> list[str]:
    return [str(_changed_run(tmp, run, {"architecture": {}})), "--calibration", str(photos)]


def _empty_calibration(tmp: Path, run: Path, _: Path) -> list[str]:
    (tmp / "empty").mkdir()
    return [str(run), "--calibration", str(tmp / "empty")]


def _no_calibration(tmp: Path, run: Path, _: Path) -> list[str]:
    return [str(run), "--calibration", str(tmp / "nowhere")]


def _text_as_picture(tmp: Path, run: Path, _: Path) -> list[str]:
    (tmp / "text").mkdir()
    (tmp / "text" / "shopping.jpg").write_text("two shirts", "utf-8")
    return [str(run), "--calibration", str(tmp / "text")]


def _broken_index(tmp: Path, run: Path, photos: Path) -> list[str]:
    shutil.copytree(photos, tmp / "data")
    (tmp / "data" / "index.csv").write_text("stem,photo\n1,1.png\n", "utf-8")
    return [str(run), "--calibration", str(tmp / "data")]


def _newer_data(tmp: Path, run: Path, photos: Path) -> list[str]:
    shutil.copytree(photos, tmp / "data")
    newer = {"format": "selvedge-dataset", "format_version": 2}
    (tmp / "data" / "dataset.json").write_text(json.dumps(newer), "utf-8")
    return [str(run), "--calibration", str(tmp / "data")]


def _no_such_split(_: Path, run: Path, photos: Path) -> list[str]:
    return [str(run), "--calibration", str(photos), "--evaluate", str(photos), "--split", "test"]


def _no_such_card(tmp: Path, run: Path, photos: Path) -> list[str]:
    return [str(run), "--calibration", str(photos), "--model-card", str(tmp / "card.md")]


def _nothing_to_tune_on(_: Path, run: Path, photos: Path) -> list[str]:
    return [str(run), "--calibration", str(photos), "--recipe", "int8-qat"]


def _tuning_unused(_: Path, run: Path, photos: Path) -> list[str]:
    return [str(run), "--calibration", str(photos), "--finetune-data", str(photos)]


def _no_data_to_tune_on(tmp: Path, run: Path, photos: Path) -> list[str]:
    return [*_nothing_to_tune_on(tmp, run, photos), "--finetune-data", str(tmp / "nowhere")]


def _floats_for_the_edge_tpu(_: Path, run: Path, photos: Path) -> list[str]:
    return [str(run), "--calibration", str(photos), "--recipe", "float16", "--edgetpu"]


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (_nothing_to_tune_on, "give the run's data sets with --finetune-data DATASET"),
        (_tuning_unused, "--finetune-data would go unused"),
        (_no_data_to_tune_on, "no folder of pictures at"),
        (_floats_for_the_edge_tpu, "float16 is a float recipe"),
        (_no_such_run, "no RUN folder at"),
        (_not_a_run, "is not a RUN folder (no run.json in it)"),
        (_without_model, "has no model.keras"),
        (_broken_model, "cannot be loaded as a Keras model"),
        (_newer_run, "has format version 2 and this Selvedge reads up to 1"),
        (_incomplete_run, "lacks architecture.input_height_px"),
        (_empty_calibration, "has no pictures in it"),
        (_no_calibration, "no folder of pictures at"),
        (_text_as_picture, "shopping.jpg is not a picture that can be read"),
        (_broken_index, "cannot be read (KeyError: 'image')"),
        (_newer_data, "is a selvedge-dataset of version 2"),
        (_no_such_split, "has no pictures with masks in split 'test'"),
        (_no_such_card, "no model card at"),
    ],
)
def test_bad_input_gets_one_sentence(
    *,
    case: Case,
    sentence: str,
    run: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each mistake is named in one sentence with exit code 2, and no bundle appears."""
    target = tmp_path / "bundle"
    assert main([*case(tmp_path, run, photos), "-o", str(target)]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("selvedge: ")]
    assert len(told) == 1
    assert sentence in told[0]
    assert not target.exists()


def test_foreign_folder_is_not_replaced(
    run: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A target that holds other files is refused rather than replaced."""
    assert main([str(run), "-o", str(photos), "--calibration", str(photos)]) == 2
    assert "is not a bundle" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"manifest.json": '{"name": "web app"}'}, "is not a bundle"),
        ({"manifest.json": '{"format": "selvedge-bundle", "files": {}}', "notes.txt": "mine"},
         "notes.txt"),
    ],
    ids=["another manifest", "notes beside a bundle"],
)  # fmt: skip
def test_only_a_bundle_of_ours_is_replaced(
    files: dict[str, str],
    sentence: str,
    run: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A folder with somebody else's manifest, or with a person's notes, is never removed."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert main([str(run), "-o", str(tmp_path), "--calibration", str(photos)]) == 2
    assert sentence in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == set(files)


def test_missing_tensorflow_is_named(
    run: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where training's packages are not installed, the command that installs them is named."""
    monkeypatch.setitem(sys.modules, "keras", None)
    arguments = [str(run), "-o", str(tmp_path / "bundle"), "--calibration", str(photos)]
    assert main(arguments) == 2
    assert f"run `{install_command('train')}`" in capsys.readouterr().err


@pytest.mark.parametrize("keep", [0, 6, 100, 5000, -1000, -4])
def test_truncated_model_is_named_by_check(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], keep: int
) -> None:
    """A .tflite file cut short anywhere is refused by check in one sentence."""
    cut = tmp_path / "cut.tflite"
    cut.write_bytes((bundle / "model_int8.tflite").read_bytes()[:keep])
    assert main(["check", str(cut)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"selvedge: {cut} is ")
    assert told.count("\n") == 1


def test_missing_model_is_named_by_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that is not there is named by check."""
    assert main(["check", str(tmp_path / "none.tflite")]) == 2
    assert "no model at" in capsys.readouterr().err
