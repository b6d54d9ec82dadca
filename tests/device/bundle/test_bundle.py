"""What a bundle must be before the device runs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.errors import UsageError

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
        (lambda m: m.update(format_version=2), "update selvedge"),
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
