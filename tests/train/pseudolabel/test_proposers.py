"""A model proposes masks alone, or checks a teacher's masks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support.drawn_shirt import draw_shirt, write
from train.atomic_file import write_json
from train.datasets.dataset import Dataset, Entry, load_dataset, write_index
from train.evaluation.evaluate import infer_frame
from train.network.architecture import Architecture
from train.runs.run_folder import RunFolder, describe
from train.runs.schedule import Schedule

Run = Callable[..., subprocess.CompletedProcess[str]]
HOOK = (slice(4, 44), slice(70, 76))


def test_bundle_labels_photos(
    drawn: Path, red_bundle: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """A model alone masks every shirt, more exactly than its cells of four pixels."""
    out = tmp_path / "set"
    done = pseudolabel(out, "--photos", drawn / "photos", "--model", red_bundle)
    assert done.returncode == 0, done.stderr
    assert "8 of 8 accepted, 0 set aside" in done.stdout
    dataset = load_dataset(out)
    for number, entry in enumerate(dataset.entries):
        _, truth = draw_shirt(number)
        mask = dataset.read_mask(entry)
        assert ((mask >= 128) & (truth > 0)).sum() / ((mask >= 128) | (truth > 0)).sum() > 0.97


@pytest.fixture(scope="module")
def shirts_on_hooks(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A data set of shirts on hooks, with masks in which the hooks are garment."""
    folder = tmp_path_factory.mktemp("hung") / "hung"
    entries = []
    for number in range(6):
        picture, mask = draw_shirt(7)
        picture[HOOK], mask[HOOK] = 20 + number, 255
        stem = f"hung-{number}"
        paths = f"images/{stem}.png", f"masks/{stem}.png"
        write(folder / paths[0], picture)
        write(folder / paths[1], mask if number < 5 else np.roll(mask, 45, axis=1))
        split = "val" if number < 2 else "train"
        entries.append(Entry(stem, *paths, "", split, f"group-{number // 2}", "Shirt"))
    write_index(folder, entries, name="hung", source="drawn", licence="CC0-1.0", command="", seed=3)
    return load_dataset(folder)


def test_cleaning_removes_hooks(
    shirts_on_hooks: Dataset, red_bundle: Path, tmp_path: Path, pseudolabel: Run
) -> None:
    """Cleaning removes what model and colours contradict, and copies validation unchanged."""
    out = tmp_path / "clean"
    done = pseudolabel(out, "--data", shirts_on_hooks.path, "--model", red_bundle)
    assert done.returncode == 0, done.stderr
    assert "3 of 4 accepted, 1 set aside" in done.stdout
    assert "1 cleaning would change too much" in done.stdout
    cleaned = load_dataset(out)
    assert cleaned.select("val") == shirts_on_hooks.select("val")
    for entry in cleaned.select("val"):
        for path in (entry.image, entry.mask):
            assert (out / path).read_bytes() == (shirts_on_hooks.path / path).read_bytes()
    assert cleaned.select("train") == shirts_on_hooks.select("train")[:3]
    _, shirt = draw_shirt(7)
    for entry in cleaned.select("train"):
        assert (cleaned.read_mask(entry)[HOOK] >= 128).mean() < 0.1
        assert ((cleaned.read_mask(entry) >= 128) != (shirt > 0)).mean() < 0.004


def test_run_proposes_at_several_sizes(tmp_path: Path) -> None:
    """A run's weights predict a picture and its mirror image, at any size and shape."""
    from train.network.model import build_model  # noqa: PLC0415 - brings TensorFlow
    from train.pseudolabel.proposers import RunProposer  # noqa: PLC0415

    architecture = Architecture(64, 64, width_multiplier=0.35, atrous_rates=(1, 2))
    run = RunFolder(tmp_path / "run")
    model = build_model(architecture)
    run.path.mkdir()
    model.save(run.model)
    about = describe(architecture=architecture, schedule=Schedule(), init={}, command="", data=[])
    write_json(run.manifest, about)
    picture, _ = draw_shirt(1, size=(128, 128))
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    propose = RunProposer(run, (1.0,))
    ours = infer_frame(model.predict_on_batch, picture, architecture)
    theirs = infer_frame(model.predict_on_batch, mirrored, architecture)[:, ::-1]
    np.testing.assert_allclose(propose(picture).logits, (ours + theirs) / 2, atol=1e-4)
    assert propose(picture).views_iou == 1.0
    tall = RunProposer(run, (2.0,))(picture[:, :80])
    assert tall.logits.shape == (128, 80)
    assert np.isfinite(tall.logits).all()
