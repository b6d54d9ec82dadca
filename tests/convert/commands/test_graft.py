"""``convert graft``: a second output beside the garment's, which stays as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.__main__ import main
from convert.bundle.reader import read_bundle as convert_bundle
from convert.graph.flatbuffer import read_graph
from device.bundle.bundle import load_bundle
from device.runtimes.factory import open_runtime
from train.evaluation.bundle_manifest import read_bundle as train_bundle
from train.evaluation.bundle_model import BundleModel


def _write_head(folder: Path, path: Path, **changes: Any) -> Path:
    """A head on the tensor that the bundle's last convolution reads."""
    model = (folder / "model_int8.tflite").read_bytes()
    source = read_graph(model, "the model").ops[-1].activations[0]
    weights = np.random.default_rng(3).normal(0, 1, source.sizes[3])
    record = {
        "format": "selvedge-head",
        "format_version": 1,
        "name": "person",
        "meaning": "person_logit",
        "bundle": "a bundle",
        "model_sha256": hashlib.sha256(model).hexdigest(),
        "reads": {"index": source.index, "name": source.name},
        "weights": weights.tolist(),
        "bias": -0.5,
        "range": [-8.0, 8.0],
        "training": {},
        "quality": {},
        **changes,
    }
    path.write_text(json.dumps(record), "utf-8")
    return path


def test_the_garment_output_stays_as_it_is(bundle: Path, tmp_path: Path) -> None:
    """A grafted bundle has a second output, and its masks are those of the old one in every bit."""
    head = _write_head(bundle, tmp_path / "head.json")
    grafted = tmp_path / "grafted"
    assert main(["graft", str(bundle), str(head), "-o", str(grafted)]) == 0
    assert main(["verify", str(grafted)]) == 0
    old, new = load_bundle(bundle), load_bundle(grafted)
    assert (old.person, new.id != old.id) == (None, True)
    assert new.person is not None
    spec = new.input
    before, after = (open_runtime(each, "cpu", num_threads=1)[0] for each in (old, new))
    found = []
    for seed in range(3):
        random = np.random.default_rng(seed)
        tensor = random.integers(-128, 128, (1, spec.height_px, spec.width_px, 3), np.int8)
        np.testing.assert_array_equal(before.invoke(tensor), after.invoke(tensor))
        people = after.read_person()
        assert people is not None
        assert people.shape == (1, new.person.height_px, new.person.width_px, 1)
        found.append(people)
    assert before.read_person() is None
    assert np.stack(found).std() > 0, "it says something of the picture"
    picture = np.full((40, 30, 3), 90, np.uint8)
    first, second = (
        BundleModel(train_bundle(each)).infer_frame(picture) for each in (bundle, grafted)
    )
    np.testing.assert_array_equal(first, second)
    assert convert_bundle(grafted).manifest["format_version"] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_sha256": "0" * 64}, "has another model"),
        ({"weights": [1.0, 2.0]}, "has not the tensor"),
        ({"weights": "many"}, "a list of numbers"),
        ({"format_version": 2}, "newer Selvedge"),
    ],
)
def test_what_does_not_belong_to_the_bundle_is_refused(
    changes: dict[str, Any],
    said: str,
    bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A head of another network, or none at all, is refused in a sentence; nothing is written."""
    head = _write_head(bundle, tmp_path / "head.json", **changes)
    assert main(["graft", str(bundle), str(head), "-o", str(tmp_path / "grafted")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "grafted").exists()


def test_a_bundle_has_one_second_output(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A head for a grafted bundle is refused: it is fitted to the bundle before that."""
    grafted = tmp_path / "grafted"
    main(["graft", str(bundle), str(_write_head(bundle, tmp_path / "1.json")), "-o", str(grafted)])
    again = _write_head(grafted, tmp_path / "2.json")
    assert main(["graft", str(grafted), str(again), "-o", str(tmp_path / "twice")]) == 2
    assert "a second output already" in capsys.readouterr().err
