"""What a mask is worth, fitted to what the rig said of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.specs import IouModel
from device.verdict.expected_iou import predict_iou
from tests.support.drawn_shirt import draw_shirt
from train.__main__ import main
from train.errors import UsageError
from train.evaluation.iou_fit import OFFSET, Sample, fit_iou


def _draw_samples(count: int, wrong_labels: int = 0) -> Sequence[Sample]:
    """Samples on a known line with some scatter; of the last the true mask is wrong."""
    random = np.random.default_rng(4)
    samples = []
    for number in range(count):
        soft, agreed = 1 - 10 ** random.uniform(-2.5, -0.5, 2)
        lost = 0.7 * np.log(1 - soft + OFFSET) + 0.3 * np.log(1 - agreed + OFFSET) - 0.2
        iou = 1 + OFFSET - float(np.exp(lost + random.normal(0, 0.1)))
        samples.append(Sample(soft, agreed, 0.5 if number >= count - wrong_labels else iou))
    return samples


def test_the_line_behind_the_pictures_is_found() -> None:
    """Weights come out as the samples were made, and left-out pictures are predicted well."""
    fit, expected = fit_iou(_draw_samples(400))
    assert fit.soft_iou == pytest.approx(0.7, abs=0.05)
    assert fit.agreement == pytest.approx(0.3, abs=0.05)
    assert fit.intercept == pytest.approx(-0.2, abs=0.1)
    assert fit.correlation > 0.95
    assert ((expected >= 0) & (expected <= 1)).all()


def test_wrong_labels_hardly_move_the_line() -> None:
    """One picture in ten whose true mask is wrong does not make good masks look bad."""
    clean, _ = fit_iou(_draw_samples(400))
    noisy, _ = fit_iou(_draw_samples(400, wrong_labels=40))
    good = [
        fit.intercept + (fit.soft_iou + fit.agreement) * float(np.log(1 - 0.98 + OFFSET))
        for fit in (clean, noisy)
    ]
    assert np.exp(good[1]) == pytest.approx(np.exp(good[0]), abs=0.01)


def test_a_rig_that_ran_one_pass_is_predicted_as_well() -> None:
    """Where no agreement is known the soft IoU alone predicts, on the rig as in the fit."""
    samples = [replace(each, agreement=None) for each in _draw_samples(200)]
    fit, _ = fit_iou(samples)
    assert fit.agreement == 0
    model = IouModel(fit.intercept, fit.soft_iou, fit.agreement, fit.mean_agreement, offset=OFFSET)
    errors = [predict_iou(model, each.soft_iou, None, 0) - each.iou for each in samples]
    assert abs(float(np.median(errors))) < 0.02


def test_a_find_without_a_garment_teaches_what_such_a_find_is() -> None:
    """Finds on empty sets lower what is expected of their like, and hardly that of garments."""
    random = np.random.default_rng(3)
    garments = [
        replace(each, doubt_share=float(0.3 * (1 - each.soft_iou))) for each in _draw_samples(200)
    ]
    empty = [
        Sample(float(soft), float(agreed), 0.0, doubt_share=float(doubt))
        for soft, agreed, doubt in random.uniform((0.2, 0.05, 0.4), (0.7, 0.5, 1), (25, 3))
    ]

    def predict(samples: Sequence[Sample], of: Sample) -> float:
        fit, _ = fit_iou(samples)
        numbers = fit.as_dict()
        names = ("intercept", "soft_iou", "agreement", "mean_agreement", "offset", "doubt_share")
        model = IouModel(*(float(numbers[name]) for name in names))
        return predict_iou(model, of.soft_iou, of.agreement, of.doubt_share or 0)

    found = [predict([*garments, *empty], each) for each in empty[:5]]
    assert max(found) < 0.5
    good = Sample(0.96, 0.97, 1.0, doubt_share=0.01)
    assert predict([*garments, *empty], good) == pytest.approx(predict(garments, good), abs=0.02)


def test_signs_that_mean_nothing_are_refused() -> None:
    """A rig that is surest of its worst masks, or masks that are all alike, teach nothing."""
    backwards = [Sample(1 - each.soft_iou, None, each.soft_iou) for each in _draw_samples(60)]
    with pytest.raises(UsageError, match="no sign of what they are worth"):
        fit_iou(backwards)
    with pytest.raises(UsageError, match="no sign of what they are worth"):
        fit_iou([Sample(0.9, 0.9, 1.0)] * 40)


def test_pictures_of_one_garment_do_not_vouch_for_each_other() -> None:
    """Copies of one picture are left out of the fit together: they predict nothing of it."""
    random = np.random.default_rng(2)
    singles = [
        Sample(float(soft), None, float(iou), group=f"g{number}")
        for number, (soft, iou) in enumerate(random.uniform(0.5, 1, (40, 2)))
    ]
    copies = [each for each in singles for _ in range(8)]
    with pytest.raises(UsageError, match="no sign"):
        fit_iou(copies)


def test_a_few_pictures_are_too_few() -> None:
    """Fewer than thirty pictures are refused with their number."""
    with pytest.raises(UsageError, match="12 pictures show a garment"):
        fit_iou(_draw_samples(12))


def test_a_bundle_learns_what_its_masks_are_worth(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`train verdict` writes what the rig then reads, or a copy that has it; a dry run nothing."""
    photos, masks, cut = (tmp_path / name for name in ("photos", "masks", "cut"))
    for folder in (photos, masks, cut):
        folder.mkdir()
    lines = ["file,verdict,soft_iou,agreement"]
    random = np.random.default_rng(1)
    for number in range(40):
        pixels, mask = draw_shirt(number)
        lost_rows = int(random.integers(1, 40))
        found = mask.copy()
        found[-lost_rows - 60 :] = 0
        stem = f"shirt-{number:02}"
        cv2.imwrite(str(photos / f"{stem}.png"), pixels)
        cv2.imwrite(str(masks / f"{stem}.png"), mask)
        cv2.imwrite(str(cut / f"{stem}.png"), found)
        lines.append(f"{stem}.png,ok,{1 - lost_rows / 100},{1 - lost_rows / 120}")
    (tmp_path / "verdicts.csv").write_text("\n".join(lines) + "\n")
    bundle = tmp_path / "bundle"
    shutil.copytree(repository / "device/models/garment-small", bundle)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest.pop("iou_model", None)
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    data = tmp_path / "data"
    assert main(["import", "pairs", str(photos), str(masks), str(data), "--name", "shirts"]) == 0
    fit = ["verdict", str(bundle), "--predictions", str(cut), "--data", str(data)]
    fit += ["--verdicts", str(tmp_path / "verdicts.csv"), "--split", "all"]
    assert main([*fit, "--dry-run"]) == 0
    assert main([*fit, "-o", str(tmp_path / "taught")]) == 0
    assert load_bundle(bundle).iou_model is None
    assert main(fit) == 0
    assert load_bundle(tmp_path / "taught").iou_model == load_bundle(bundle).iou_model
    assert main([*fit, "-o", str(tmp_path / "taught")]) == 2
    assert "fitted to 40 pictures" in capsys.readouterr().out
    model = load_bundle(bundle).iou_model
    assert model is not None
    assert predict_iou(model, 0.95, 0.95, 0.01) > predict_iou(model, 0.7, 0.7, 0.3)
