"""The parity gate: what it measures, what it writes, and that it refuses."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from convert.__main__ import main
from convert.errors import WorkError
from convert.parity.gate import refuse_lossy
from convert.parity.layer_errors import LayerError, find_first_divergence
from convert.parity.metrics import Scores
from convert.parity.parity import Parity
from convert.quantisation.recipe import DEFAULT, RECIPES


def test_parity_travels_in_the_bundle(bundle: Path) -> None:
    """parity.json has each model's figures, their agreement and every layer; parity.png opens."""
    record = json.loads((bundle / "parity.json").read_text("utf-8"))
    (measured,) = record["sets"]
    assert list(measured["models"]) == ["keras", "float", "int8"]
    assert measured["models"]["float"]["garment_iou"] == pytest.approx(
        measured["models"]["keras"]["garment_iou"], abs=1e-3
    )
    assert set(measured["agreement"]) == {"keras-float", "keras-int8", "float-int8"}
    assert measured["agreement"]["keras-float"] > 0.999
    drop = measured["models"]["keras"]["garment_iou"] - measured["models"]["int8"]["garment_iou"]
    assert measured["drop"] == record["worst_drop"] == pytest.approx(drop)
    assert [layer["op"] for layer in record["layers"]].count("DEPTHWISE_CONV_2D") == 2
    assert record["layers"][-1]["layer"] == "the output"
    assert "add" in [layer["layer"] for layer in record["layers"]]
    assert all(layer["error_steps"] < 20 for layer in record["layers"])
    with Image.open(io.BytesIO((bundle / "parity.png").read_bytes())) as picture:
        assert picture.width > picture.height / 3 > 100


def test_lossy_model_is_refused_and_replaces_nothing(
    run: Path, photos: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calibrated on grey cards int8 collapses: exit 1, the old bundle stays, evidence is kept."""
    cards = tmp_path / "cards"
    cards.mkdir()
    for number in range(4):
        cv2.imwrite(str(cards / f"{number}.png"), np.full((80, 60, 3), 126 + number, np.uint8))
    target = tmp_path / "garment-64"
    shutil.copytree(bundle, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    arguments = [str(run), "-o", str(target), "--calibration", str(cards)]
    arguments += ["--evaluate", str(photos), "--report", str(tmp_path / "report")]
    assert main([*arguments, "--recipe", "int8-plain"]) == 1
    told = capsys.readouterr()
    (sentence,) = [line for line in told.err.splitlines() if line.startswith("selvedge: ")]
    assert "on polygons int8 loses 0." in sentence
    assert "is the first layer to differ" in sentence
    assert "more varied pictures with --calibration, or fine-tune" in sentence
    assert "warning: only 4 calibration pictures" in told.err
    assert "polygons" in told.out
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"parity.json", "parity.png"}


def _result(name: str, before: float, after: float) -> Parity:
    scores = {"keras": Scores(before, 0.8), "int8": Scores(after, 0.8)}
    return Parity(name, 9, scores, {"keras-int8": 0.9})


def test_worst_set_decides() -> None:
    """One set that loses too much is enough, and it is the one that is named."""
    layer = LayerError(3, "CONV_2D", "expand", 4.2, 20.0)
    results = [_result("street", 0.83, 0.829), _result("flat-lays", 0.94, 0.934)]
    refuse_lossy(results, [layer], DEFAULT, 0.0061)
    with pytest.raises(WorkError, match=r"on flat-lays int8 loses 0\.0060 .*expand") as refused:
        refuse_lossy(results, [layer], DEFAULT, 0.005)
    assert "street" not in str(refused.value)
    with pytest.raises(WorkError, match="--finetune-steps"):
        refuse_lossy(results, [layer], RECIPES["int8-qat"], 0.005)


def test_first_parting_is_the_first_and_not_the_worst() -> None:
    """Errors add up along the graph, so the layer where they begin is the one to name."""
    errors = [
        LayerError(number, "CONV_2D", name, steps, 20.0)
        for number, (name, steps) in enumerate([("a", 0.4), ("b", 2.0), ("c", 9.0)])
    ]
    parting = find_first_divergence(errors)
    assert parting is not None
    assert parting.layer == "b"
    assert find_first_divergence(errors[:1]) == errors[0]
    assert find_first_divergence([]) is None
