"""``--edgetpu`` with a stand-in for the compiler, which is closed and cannot ship here.

The stand-in is a script on PATH that takes the real compiler's options, prints its report in
the real format and writes a flatbuffer with one ``edgetpu-custom-op``. It cannot prove that the
real compiler accepts the model.
"""

from __future__ import annotations

import json
from pathlib import Path

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert.__main__ import main
from device.bundle.bundle import load_bundle

SCRIPT = """#!/bin/sh
# Stand-in for edgetpu_compiler: the same options, a canned answer.
while getopts "so:t:" option; do
  case $option in o) out=$OPTARG ;; *) ;; esac
done
echo "Edge TPU Compiler version 16.0.384591198"
{body}
"""


def _with_one_custom_op(model: bytes) -> bytes:
    """Replace all ops of a model by one custom op, as the compiler does."""
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = b"edgetpu-custom-op"
    tree.operatorCodes = [code]
    graph = tree.subgraphs[0]
    operator = schema.OperatorT()
    operator.inputs, operator.outputs = list(graph.inputs), list(graph.outputs)
    graph.operators = [operator]
    builder = flatbuffers.Builder(0)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _install(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    program = folder / "edgetpu_compiler"
    program.write_text(SCRIPT.format(body=body), "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def _arguments(run: Path, photos: Path, target: Path) -> list[str]:
    return [
        *(str(run), "-o", str(target), "--calibration", str(photos / "images")),
        *("--edgetpu", "--edgetpu-timeout-s", "1"),
    ]


def test_compiler_adds_its_model_to_the_bundle(
    run: Path, photos: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundle has the compiled model under its suffix, and the compiler's report."""
    canned = tmp_path / "canned.tflite"
    canned.write_bytes(_with_one_custom_op((bundle / "model_int8.tflite").read_bytes()))
    source = tmp_path / "source.tflite"
    body = f"""
eval "source=\\${{$#}}"
cp "$source" "{source}"
echo "Off-chip memory used for streaming uncached model parameters: 1.50KiB"
printf 'CONV_2D   4   Mapped to Edge TPU\\n'
cp "{canned}" "$out/model_edgetpu.tflite"
"""
    _install(tmp_path / "bin", body, monkeypatch)
    target = tmp_path / "garment-64"
    assert main(_arguments(run, photos, target)) == 0
    loaded = load_bundle(target)
    assert loaded.files["edgetpu"].path.name.endswith("_edgetpu.tflite")
    assert loaded.files["edgetpu"].path.read_bytes() == canned.read_bytes()
    report = json.loads((target / "manifest.json").read_text("utf-8"))["edgetpu_compiler"]
    assert report["version"] == "Edge TPU Compiler version 16.0.384591198"
    assert report["ops_on_cpu"] == 0
    assert report["ops_on_tpu"] > 5
    assert report["off_chip_bytes"] == 1536
    assert report["operators"] == [{"op": "CONV_2D", "count": 4, "status": "Mapped to Edge TPU"}]
    assert source.read_bytes() == (target / "model_int8.tflite").read_bytes()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('echo "ERROR: Model not quantized" >&2; exit 1', "refused the model: ERROR: Model not"),
        ('echo "ERROR: Didn\'t find op"; exit 1', "ERROR: Didn't find op"),
        ("exec sleep 60", "took longer than 1 s"),
    ],
)
def test_compiler_failure_leaves_no_bundle(
    *,
    run: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    body: str,
    sentence: str,
) -> None:
    """A compiler that refuses or hangs gives one sentence, and nothing is written."""
    _install(tmp_path / "bin", body, monkeypatch)
    monkeypatch.setattr("convert.edgetpu.compiler.GRACE_S", 0.5)
    assert main(_arguments(run, photos, tmp_path / "garment-64")) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "garment-64").exists()


def test_missing_compiler_leaves_a_cpu_bundle(
    run: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without the compiler, the bundle is for the CPU, and the prediction is printed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(_arguments(run, photos, tmp_path / "garment-64")) == 0
    printed = capsys.readouterr().err
    assert "edgetpu_compiler is not on PATH" in printed
    assert "predicted: of 9 ops 9 on the Edge TPU" in printed
    assert set(load_bundle(tmp_path / "garment-64").files) == {"cpu"}
