"""``convert verify``, ``diff``, ``sign`` and the golden frame that travels in a bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convert.__main__ import main
from device.bundle.bundle import load_bundle
from device.checks.golden import check_golden, measure_golden_iou
from device.runtimes.factory import open_runtime

Damage = Callable[[Path], object]


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


@pytest.fixture(name="copy")
def _copy(bundle: Path, tmp_path: Path) -> Path:
    """A copy of the bundle, to be damaged."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def test_rig_finds_the_golden_mask_again(bundle: Path) -> None:
    """The mask that conversion wrote down is what the rig's own code finds in the frame."""
    loaded = load_bundle(bundle)
    assert loaded.golden is not None
    with Image.open(loaded.golden.mask.path) as mask:
        assert 0.01 < float((np.asarray(mask) >= 128).mean()) < 0.9
    runtime, _ = open_runtime(loaded, num_threads=1)
    assert measure_golden_iou(loaded, loaded.golden, runtime) > 0.99
    finding = check_golden(loaded)
    assert finding.level == "ok"
    assert "is found again on cpu" in finding.detail


def test_rig_that_finds_another_mask_fails_its_own_test(copy: Path) -> None:
    """A rig whose model finds something else in the golden frame is told so by the doctor."""
    with Image.open(copy / "golden_mask.png") as mask:
        inverted = 255 - np.asarray(mask)
    Image.fromarray(inverted).save(copy / "golden_mask.png")
    data = (copy / "golden_mask.png").read_bytes()
    _resum(copy, "mask", data)
    finding = check_golden(load_bundle(copy))
    assert finding.level == "FAIL"
    assert "only 0.0%" in finding.detail
    assert main(["verify", str(copy)]) == 2


def _resum(folder: Path, part: str, data: bytes) -> None:
    record = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    _edit(folder, lambda manifest: manifest["golden"][part].update(record))


def test_whole_bundle_is_verified(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files, model and golden frame are looked at, and the bundle is named."""
    assert main(["verify", str(bundle)]) == 0
    told = capsys.readouterr().out
    assert "the golden frame's mask is found again" in told
    assert "is whole" in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (shutil.rmtree, "is not a bundle"),
        (lambda b: (b / "manifest.json").write_text("{", "utf-8"), "is not readable JSON"),
        (lambda b: _edit(b, lambda m: m.update(format_version=3)), "reads up to 2"),
        (lambda b: _edit(b, lambda m: m.pop("files")), "lacks files"),
        (lambda b: (b / "golden.jpg").write_bytes(b"x"), "its sha256 differs"),
        (lambda b: (b / "golden_mask.png").unlink(), "lacks golden_mask.png"),
        (lambda b: _edit(b, lambda m: m["input"].update(zero_point=7)), "the manifest says"),
    ],
)
def test_damaged_bundle_is_refused_in_a_sentence(
    copy: Path, damage: Damage, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with a bundle, verify names it in one sentence with exit code 2."""
    damage(copy)
    assert main(["verify", str(copy)]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.startswith("selvedge: ")
    assert told.count("\n") == 1


def test_difference_is_told_by_subject(
    bundle: Path, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What changed in data, recipe and quality stands side by side; equal bundles are equal."""
    assert main(["diff", str(bundle), str(copy)]) == 0
    assert "hold the same model" in capsys.readouterr().out

    def change(manifest: dict[str, Any]) -> None:
        manifest["version"] = "0.2.0"
        manifest["quality"]["int8"]["garment_iou"] = 0.5
        manifest["training"]["data"].append({"name": "studio", "pictures_train": 12})
        manifest["recipe"]["name"] = "other"

    _edit(copy, change)
    assert main(["diff", str(bundle), str(copy), "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)
    assert changes["bundle"]["version"] == ["0.1.0", "0.2.0"]
    assert changes["data"]["studio pictures_train"] == [None, 12]
    assert changes["recipe"]["name"][1] == "other"
    assert changes["quality"]["polygons int8 garment_iou"][1] == 0.5
    assert "ops" not in changes
    assert main(["diff", str(bundle), str(copy)]) == 0
    assert "polygons int8 garment_iou" in capsys.readouterr().out


def test_signature_is_verified(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """keygen, sign and verify --trust belong together; without a signature it is refused."""
    key = tmp_path / "key"
    assert main(["keygen", str(key)]) == 0
    assert main(["verify", str(copy), "--trust", f"{key}.pub"]) == 2
    assert "is not signed" in capsys.readouterr().err
    assert main(["sign", str(copy), "--key", str(key)]) == 0
    assert main(["verify", str(copy), "--trust", f"{key}.pub"]) == 0
    assert main(["keygen", str(key)]) == 2
    assert "a key is never overwritten" in capsys.readouterr().err
    assert main(["sign", str(copy), "--key", f"{key}.pub"]) == 2
    assert "is not a private key" in capsys.readouterr().err


def test_a_bundles_figures_are_measured_again(
    bundle: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same model on the same photos has the figures that its manifest was written with."""
    assert main(["measure", str(bundle), "--evaluate", str(photos), "--split", "all"]) == 0
    _, measured, recorded = (line.split() for line in capsys.readouterr().out.splitlines())
    assert measured[-2:] == recorded[-2:]
    assert float(measured[-2]) > 0.5


def test_measured_figures_go_into_the_bundle(
    copy: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --write manifest and report say what was measured, and the bundle is whole as before."""
    made = json.loads((copy / "manifest.json").read_text("utf-8"))
    _edit(copy, lambda m: m["quality"]["int8"].update(garment_iou=0.1, boundary_f=0.2))
    assert main(["measure", str(copy), "--evaluate", str(photos), "--split", "all", "--write"]) == 0
    assert main(["verify", str(copy)]) == 0
    assert "has the measured figures" in capsys.readouterr().out
    written = json.loads((copy / "manifest.json").read_text("utf-8"))
    assert written["quality"] == made["quality"]
    assert load_bundle(copy).quality == made["quality"]
    (measured,) = json.loads((copy / "parity.json").read_text("utf-8"))["sets"]
    assert measured["models"]["int8"] == made["quality"]["int8"]


def test_figures_of_other_photos_are_not_mixed(
    copy: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the photos measured anew do not stand beside a float model's figures on all."""
    assert main(["measure", str(copy), "--evaluate", str(photos), "--write"]) == 2
    assert "6 were measured: choose the same with --split" in capsys.readouterr().err
