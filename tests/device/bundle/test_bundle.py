"""What a bundle must be before the device runs it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.checks.golden import measure_golden_iou
from device.errors import UsageError
from device.runtimes.litert import TfliteRuntime

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the default bundle, to be damaged."""
    return Path(shutil.copytree(default_bundle_path(), tmp_path / "bundle"))


def edit(bundle: Path, change: Edit) -> None:
    """Change a bundle's manifest."""
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_the_default_bundle_is_whole() -> None:
    """The bundle that ships with the package loads, with its files as its manifest says."""
    bundle = load_bundle(default_bundle_path())
    assert bundle.id.startswith(bundle.name)
    assert bundle.files["cpu"].path.is_file()
    assert bundle.output.stride * bundle.output.height_px == bundle.input.height_px
    assert bundle.classes["1"] == "garment"


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float32"])
def test_the_manifest_decides_the_dtype(bundle: Path, dtype: str) -> None:
    """Each dtype that a manifest may name is read; only the quantised ones need a scale."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["input"]["dtype"] = dtype
        if dtype == "float32":
            del manifest["input"]["scale"], manifest["input"]["zero_point"]

    edit(bundle, change)
    assert load_bundle(bundle).input.dtype == dtype


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.update(format="something-else"), "not the manifest of a bundle"),
        (lambda m: m.update(format_version=3), "update selvedge"),
        (lambda m: m.pop("id"), "lacks id"),
        (lambda m: m["input"].pop("height_px"), "lacks input.height_px"),
        (lambda m: m["input"].update(height_px="big"), 'input.height_px = "big"'),
        (lambda m: m["input"].update(scale=0), "input.scale = 0"),
        (lambda m: m["input"].update(dtype="int4"), 'input.dtype = "int4"'),
        (lambda m: m["input"].update(colour_order="GBR"), 'input.colour_order = "GBR"'),
        (lambda m: m["input"].update(letterbox_fill=[1, 2, 300]), "input.letterbox_fill"),
        (lambda m: m["input"]["normalisation"].update(std=float("nan")), "normalisation.std"),
        (lambda m: m["output"].update(meaning="depth"), 'output.meaning = "depth"'),
        (lambda m: m.update(files={}), 'no "cpu" model'),
        (lambda m: m["files"]["cpu"].update(name="../../etc/passwd"), "must lie in the bundle"),
        (lambda m: m["files"]["cpu"].update(name="gone.tflite"), "lacks gone.tflite"),
        (lambda m: m["files"]["cpu"].update(sha256="0" * 64), "copy the bundle again"),
    ],
)
def test_a_wrong_manifest_is_told_in_one_sentence(
    bundle: Path, change: Edit, sentence: str
) -> None:
    """Whatever is wrong in a manifest, the error names the field and what it holds."""
    edit(bundle, change)
    with pytest.raises(UsageError) as error:
        load_bundle(bundle)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_model_that_was_changed_is_refused(bundle: Path) -> None:
    """A model file that is cut short no longer has its sha256 and is not run."""
    model = load_bundle(bundle).files["cpu"].path
    model.write_bytes(model.read_bytes()[:-1])
    with pytest.raises(UsageError, match="sha256"):
        load_bundle(bundle)


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_broken_manifest_is_told_from_a_missing_one(bundle: Path, content: str) -> None:
    """A manifest that is no JSON object is named as such, as is one that is not there."""
    (bundle / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"manifest\.json"):
        load_bundle(bundle)
    (bundle / "manifest.json").unlink()
    with pytest.raises(UsageError, match=r"has no manifest\.json"):
        load_bundle(bundle)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A bundle that does not exist is named in the error."""
    with pytest.raises(UsageError, match="nowhere"):
        load_bundle(tmp_path / "nowhere")


def test_what_was_checked_is_what_runs(bundle: Path) -> None:
    """Once a bundle is loaded no change of its folder matters: its files are read once."""
    loaded = load_bundle(bundle)
    for file in bundle.iterdir():
        file.write_bytes(b"another")
    shutil.rmtree(bundle)
    spec = loaded.input
    tensor = np.zeros((1, spec.height_px, spec.width_px, spec.channels), spec.dtype)
    first, later = TfliteRuntime(loaded).invoke(tensor), TfliteRuntime(loaded).invoke(tensor)
    np.testing.assert_array_equal(first, later)
    assert loaded.golden is not None
    assert measure_golden_iou(loaded, loaded.golden, TfliteRuntime(loaded)) > loaded.golden.min_iou


def _make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _make_sparse(path: Path) -> None:
    os.truncate(path, 1 << 40)


def _link_to_endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", ["manifest.json", "model_int8.tflite", "golden.jpg"])
@pytest.mark.parametrize(
    "bomb", [_make_pipe, _make_sparse, _link_to_endless, _link_to_itself, _make_folder]
)
def test_what_would_never_end_is_refused_unread(
    bundle: Path, name: str, bomb: Callable[[Path], None]
) -> None:
    """A pipe, a terabyte of nothing, a device or a ring of links in a bundle: one sentence each."""
    bomb(bundle / name)
    with pytest.raises(UsageError, match=name) as error:
        load_bundle(bundle)
    assert "\n" not in str(error.value)


def test_a_size_beyond_all_models_is_refused_though_the_manifest_says_it(bundle: Path) -> None:
    """What a manifest says of a file's size is no reason to read so much."""
    edit(bundle, lambda m: m["files"]["cpu"].update(size_bytes=1 << 40))
    _make_sparse(bundle / "model_int8.tflite")
    with pytest.raises(UsageError, match="at most 256000000 belong there"):
        load_bundle(bundle)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_refused(bundle: Path, opening: str) -> None:
    """A manifest that nests without end is named, and ends in no traceback."""
    (bundle / "manifest.json").write_text(opening * 200_000, "ascii")
    with pytest.raises(UsageError, match=r"manifest\.json nests .* too deeply"):
        load_bundle(bundle)


def test_half_a_letter_is_refused(bundle: Path) -> None:
    """An id that no message can carry would stop the rig later, so it is refused now."""
    edit(bundle, lambda m: m.update(id="garment-\ud800"))
    with pytest.raises(UsageError, match="has id ="):
        load_bundle(bundle)
