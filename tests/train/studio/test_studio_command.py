"""What `train studio` refuses, and how it goes on."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from train.__main__ import main
from train.errors import UsageError
from train.studio.dataset import SOURCE, run
from train.studio.job import Job, check_settings, write_settings


def test_without_blender_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without bpy the command ends with 2 and names Python 3.11 and the extra."""
    monkeypatch.setitem(sys.modules, "bpy", None)
    assert main(["studio", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "Python 3.11" in said
    assert ".[studio]" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (["--scenes", "0", "OUT"], "--scenes is 0"),
        (["--val-share", "2", "OUT"], "--val-share is 2.0"),
        (["FILE"], "is a file"),
        ([], "OUT"),
        (["--part", "3/2", "OUT"], "--part"),
    ],
)
def test_wrong_usage_is_one_sentence(
    argv: list[str], names: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Numbers out of range, a file as folder and no folder at all end with 2."""
    (tmp_path / "FILE").write_text("text")
    argv = [str(tmp_path / word) if word in ("OUT", "FILE") else word for word in argv]
    assert main(["studio", *argv]) == 2
    said = capsys.readouterr().err
    assert said.startswith("selvedge: ")
    assert names in said
    assert said.count("\n") == 1


def test_an_imported_data_set_is_not_rendered_over(tmp_path: Path) -> None:
    """A folder whose data set came from elsewhere keeps its index, and a sentence says why."""
    (tmp_path / "dataset.json").write_text(json.dumps({"source": "our shop", "seed": 1}))
    with pytest.raises(UsageError, match="another origin"):
        run(Job(tmp_path, 1, 1), lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"scenes_per_garment": 2}, "--scenes-per-garment 6, not 2"),
        ({"bare_share": 0.5}, "--bare-share 0.04, not 0.5"),
        ({"width_px": 96}, "--width-px 384, not 96"),
        ({"height_px": 96}, "--height-px 512, not 96"),
        ({"samples": 4}, "--samples 24, not 4"),
        ({"seed": 2}, "--seed 1, not 2"),
    ],
)
def test_a_folder_goes_on_only_as_it_was_begun(
    tmp_path: Path, change: dict[str, Any], flag: str
) -> None:
    """Another look of the scenes is refused by its option; more scenes or splits are not."""
    begun = Job(tmp_path, 4, 1)
    check_settings(replace(begun, **change))  # of a release that kept no record
    write_settings(begun)
    check_settings(replace(begun, scenes=9, val_share=0.5, threads=1, compact=True))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match=flag):
        run(replace(begun, **change), lambda _: None)
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_of_an_earlier_release_is_not_gone_on_with(tmp_path: Path) -> None:
    """Where the seed gave other pictures, half a set is refused and left as it is."""
    job = Job(tmp_path, 4, 1)
    write_settings(job)
    record = json.loads((tmp_path / "job.json").read_text())
    del record["scenes_version"]
    (tmp_path / "job.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="another release"):
        run(job, lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


def test_a_finished_compact_set_is_not_rendered_again(tmp_path: Path) -> None:
    """More of anything, or the same without --compact, is refused; the same command is done."""
    job, said = Job(tmp_path, 2, 1, compact=True), list[str]()
    described = {"source": SOURCE, "seed": 1}
    (tmp_path / "dataset.json").write_text(json.dumps(described))
    (tmp_path / "index.csv").write_text("stem\na\nb\n")
    for other in (replace(job, scenes=3), replace(job, seed=2), replace(job, compact=False)):
        with pytest.raises(UsageError, match="is finished with 2 scenes of seed 1"):
            run(other, said.append)
    run(job, said.append)
    assert said == [f"{tmp_path} already holds its 2 scenes"]
    with pytest.raises(UsageError, match="is finished without --undressed"):
        run(replace(job, undressed=True), said.append)
    write_settings(job)
    with pytest.raises(UsageError, match=r"--val-share 0.2, not 0.5"):
        run(replace(job, val_share=0.5), said.append)
