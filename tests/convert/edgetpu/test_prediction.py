"""Static prediction of the ops that an Edge TPU runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convert.__main__ import main
from convert.edgetpu.prediction import predict_placements
from convert.graph.flatbuffer import read_graph


def test_prediction_puts_a_converted_model_on_the_tpu(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every op of a converted model is predicted on the Edge TPU, with its rule."""
    assert main(["check", str(bundle / "model_int8.tflite"), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["index"] for item in listed] == list(range(len(listed)))
    assert {item["placement"] for item in listed} == {"tpu"}
    assert all(set(item) == {"index", "op", "placement", "rule"} for item in listed)
    assert "8×8 to 16×16" in next(i["rule"] for i in listed if i["op"] == "RESIZE_BILINEAR")


def test_prediction_prints_a_table_and_a_summary(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --json the command prints a line for each op and a summary."""
    assert main(["check", str(bundle / "model_int8.tflite")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(f"predicted: of {len(lines) - 1} ops {len(lines) - 1} on the Edge")


@pytest.mark.real_data
def test_prediction_agrees_with_the_real_compiler(models_folder: Path) -> None:
    """For real pairs of compiler input and output, no op is predicted at a wrong place."""
    compiled = sorted(models_folder.rglob("*_edgetpu.tflite"))
    assert compiled
    wrong, doubtful, total = [], 0, 0
    for path in compiled:
        source = path.with_name(path.stem.removesuffix("_edgetpu") + ".tflite")
        graph = read_graph(source.read_bytes(), str(source))
        left = read_graph(path.read_bytes(), str(path)).ops
        on_cpu = {(op.name, tuple(t.name for t in op.outputs)) for op in left}
        for op, predicted in zip(graph.ops, predict_placements(graph), strict=True):
            key = (op.name, tuple(tensor.name for tensor in op.outputs))
            real = "cpu" if key in on_cpu else "tpu"
            total += 1
            doubtful += predicted.placement == "uncertain"
            if predicted.placement not in {real, "uncertain"}:
                wrong.append(f"{source.name} {predicted}")
    assert wrong == []
    assert doubtful <= 0.05 * total
