"""``python -m train evaluate``: a run, a bundle or masks, judged in depth."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.runtimes.litert import TfliteRuntime
from device.segmentation.decode import dequantise_logits, to_frame
from device.segmentation.preprocess import prepare
from tests.support.drawn_run import write_run
from train.__main__ import main
from train.datasets.dataset import Dataset, load_dataset, write_index
from train.evaluation.bundle_manifest import read_bundle
from train.evaluation.bundle_model import BundleModel

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(name="bundle", scope="module")
def _bundle(repository: Path) -> Path:
    return repository / "device" / "models" / "garment"


@pytest.fixture(name="run", scope="module")
def _run(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("judged") / "red", drawn_dataset)


def _reindex(dataset: Dataset, **changes: str) -> None:
    """Write a data set's index again with fields changed in each row."""
    write_index(
        dataset.path,
        [replace(entry, **changes) for entry in dataset.entries],
        name=dataset.name,
        source=dataset.source,
        licence=dataset.licence,
        command="",
        seed=None,
    )


def test_a_run_is_judged_in_depth(
    run: Path, drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal shows every figure, and the file holds them with each picture's own counts."""
    judge = ["evaluate", str(run), "--data", str(drawn_dataset), "-o", str(tmp_path / "all.json")]
    assert main(judge) == 0
    text = capsys.readouterr().out
    for what in ("IoU per picture: p5", "at 2 px", "leak", "was missed", "expected error"):
        assert what in text
    found = json.loads((tmp_path / "all.json").read_text())["sets"][drawn_dataset.name]
    assert found["garment_iou"] > 0.84
    assert found["iou_per_picture"]["p5"] > 0.7
    assert found["kinds"]["drawn"]["garment_iou"] == found["garment_iou"]
    assert len(found["calibration"]["bins"]) == 10
    pooled = [sum(one[k] for one in found["per_picture"]) for k in ("intersection_px", "truth_px")]
    assert found["false_negative_share"] == pytest.approx(1 - pooled[0] / pooled[1], abs=1e-4)
    assert len(found["per_picture"]) == found["pictures"]


@pytest.mark.parametrize(
    ("least_red", "words"), [(3.0, "calls everything background"), (-3.0, "everything garment")]
)
def test_a_model_that_tells_nothing_apart_is_called_out(
    drawn_dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    least_red: float,
    words: str,
) -> None:
    """All background scores 0, all garment the garment's share, and each is told in words."""
    run = write_run(tmp_path / "blind", drawn_dataset, least_red=least_red)
    judge = ["evaluate", str(run), "--data", str(drawn_dataset)]
    assert main(judge) == 0
    assert words in capsys.readouterr().out
    assert main([*judge, "--json"]) == 0
    iou = json.loads(capsys.readouterr().out)[drawn_dataset.name]["garment_iou"]
    assert iou == 0 if least_red > 0 else 0 < iou < 0.2


def test_a_bundle_is_judged_as_the_rig_runs_it(bundle: Path, repository: Path) -> None:
    """Training's reading of a manifest gives the very masks that the rig's own code gives."""
    calibration = load_dataset(repository / "calibration_images")
    ours, theirs = BundleModel(read_bundle(bundle)), load_bundle(bundle)
    runtime = TfliteRuntime(theirs, role="cpu")
    for entry in calibration.entries[:3]:
        picture = calibration.read_image(entry)
        now = datetime.now(timezone.utc)
        frame = Frame(picture, "RGB", now, monotonic_s=0.0, sequence=0, source="drawn")
        tensor, box = prepare(frame, theirs.input)
        cells = dequantise_logits(runtime.invoke(tensor), theirs.output)
        rig = to_frame(cells, box, theirs.output.stride) > 0
        mask = ours.infer_frame(picture) > 0
        assert np.array_equal(mask, rig)


def test_a_bundle_is_judged_without_tensorflow(bundle: Path, repository: Path) -> None:
    """Where the rig's interpreter is installed, judging a bundle loads no training framework."""
    code = (
        "import sys; from train.__main__ import main; "
        f"assert main(['evaluate', {str(bundle)!r}, '--limit', '2', '--data', "
        f"{str(repository / 'calibration_images')!r}]) == 0; "
        "assert not {'tensorflow', 'keras', 'device', 'convert'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=repository
    )
    assert done.returncode == 0, done.stderr
    assert "garment IoU" in done.stdout
    assert done.stderr.count("\n") == 1  # the progress line, and nothing that the runtime says


def test_being_judged_on_its_own_training_pictures_is_told(
    run: Path, drawn_dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run is warned of when the split holds pictures that it was trained on."""
    judge = ["evaluate", str(run), "--data", str(drawn_dataset), "--json"]
    assert main([*judge, "--split", "all"]) == 0
    trained_on = len(load_dataset(drawn_dataset).select("train"))
    assert f"was trained on {trained_on} of the 40 pictures" in capsys.readouterr().err
    assert main(judge) == 0
    assert "trained on" not in capsys.readouterr().err


def test_masks_alone_have_no_confidence(
    drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calibration and leak that nobody can know are null, never 0."""
    copy = tmp_path / "copy"
    shutil.copytree(drawn_dataset, copy)
    _reindex(load_dataset(copy), body="")
    judge = ["evaluate", "--predictions", str(copy / "masks"), "--data", str(copy), "--json"]
    assert main(judge) == 0
    (found,) = json.loads(capsys.readouterr().out).values()
    assert (found["garment_iou"], found["calibration"], found["leak"]) == (1.0, None, None)
    assert found["kinds"]["drawn"]["leak"] is None


def test_a_mask_of_another_size_is_named(
    run: Path, drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mask that does not fit its picture costs that picture, by name, and the exit code is 1."""
    copy = tmp_path / "copy"
    shutil.copytree(drawn_dataset, copy)
    entry = load_dataset(copy).select("val")[0]
    cv2.imwrite(str(copy / entry.mask), np.zeros((8, 8), np.uint8))
    assert main(["evaluate", str(run), "--data", str(copy)]) == 1
    assert "8x8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda m: m.update(format_version=3), "newer Selvedge"),
        (lambda m: m.update(format="other"), "is not a Selvedge bundle's"),
        (lambda m: m.pop("output"), "lacks output.height_px"),
        (
            lambda m: m["input"].update(colour_order="YUV"),
            'input.colour_order = "YUV", this version reads "RGB" or "BGR"',
        ),
        (lambda m: m["files"]["cpu"].update(name="../other.tflite"), "it must lie in"),
        (lambda m: m["files"]["cpu"].update(name="gone.tflite"), "lacks gone.tflite"),
        (lambda m: m["files"]["cpu"].update(sha256="0" * 64), "is not what its manifest says"),
        (lambda m: m["input"].update(height_px=64), "an input of 64 has 16 cells"),
        (
            lambda m: (
                m["input"].update(width_px=64),
                m["output"].update(width_px=16),
                m["auxiliary"]["person"].update(width_px=4),
            ),
            "not the model that its manifest describes",
        ),
    ],
)
def test_a_bundle_that_cannot_be_trusted_is_refused(
    bundle: Path,
    repository: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    edit: Edit,
    sentence: str,
) -> None:
    """A newer, damaged or changed bundle gets one sentence and exit code 2."""
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    edit(manifest)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    judge = ["evaluate", str(copy), "--data", str(repository / "calibration_images")]
    assert main(judge) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["DATA", "--data", "DATA"], "is not a run or a bundle"),
        (["RUN", "--data", "DATA", "--data", "DATA"], "two data sets are named"),
        (["RUN", "--data", "DATA", "--split", "test"], "no picture in split 'test'"),
        (["RUN", "--data", "DATA", "-o", "DATA"], "is a folder"),
    ],
)
def test_wrong_usage_gets_one_sentence(
    run: Path,
    drawn_dataset: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    """What cannot be judged, or on what it cannot be, is one sentence and exit code 2."""
    names = {"RUN": str(run), "DATA": str(drawn_dataset)}
    assert main(["evaluate", *(names.get(a, a) for a in arguments)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
