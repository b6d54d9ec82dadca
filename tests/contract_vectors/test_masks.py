"""IoU and boundary F mean the same in every package, the degenerate masks first."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from tests.contract_vectors import copies
from tests.contract_vectors.reference import masks
from tests.contract_vectors.vectors import read_arrays, read_cases
from train.evaluation.boundary import boundary_f_at

ARRAYS = read_arrays("masks")
CASES: dict[str, list[dict[str, Any]]] = read_cases("masks")
NEAR = 1e-6


def _pair(name: str) -> tuple[masks.BoolArray, masks.BoolArray]:
    return ARRAYS[f"{name}/prediction"], ARRAYS[f"{name}/truth"]


@pytest.mark.parametrize("case", CASES["pairs"], ids=lambda case: case["name"])
def test_a_mask_is_worth_the_same(case: dict[str, Any]) -> None:
    """Every package gives a mask the vector's IoU and boundary F."""
    prediction, truth = _pair(case["name"])
    for package, iou in copies.PICTURE_IOU.items():
        assert iou(prediction, truth) == pytest.approx(case["iou"], abs=NEAR), package
    for package, boundary_f in copies.BOUNDARY_F.items():
        found = boundary_f(prediction, truth)
        assert found == pytest.approx(case["boundary_f"], abs=NEAR), package
    (near,) = boundary_f_at(prediction, truth, (2.0,))
    assert near == pytest.approx(case["boundary_f_2px"], abs=NEAR)


@pytest.mark.parametrize("case", CASES["sets"], ids=lambda case: case["name"])
def test_a_set_is_worth_the_same(case: dict[str, Any]) -> None:
    """Every package pools IoU and averages boundary F as the vector has it."""
    pairs = [_pair(name) for name in case["pairs"]]
    for package, figures in copies.FIGURES.items():
        if pairs or package != "benchmarks":  # a table of no picture is not printed
            found = figures(pairs)
            assert found.garment_iou == pytest.approx(case["garment_iou"], abs=NEAR), package
            assert found.boundary_f == pytest.approx(case["boundary_f"], abs=NEAR), package


def _draw_mask(size: tuple[int, int], random: np.random.Generator) -> masks.BoolArray:
    """Noise, a blob, nothing, all, or a line at the rim."""
    kind = random.integers(0, 6)
    if kind == 0:
        return np.zeros(size, np.bool_)
    if kind == 1:
        return np.ones(size, np.bool_)
    if kind == 2:
        mask = np.zeros(size, np.bool_)
        mask[:, int(random.choice([0, size[1] - 1, size[1] // 2]))] = True
        return mask
    noise = random.normal(0, 1, size).astype(np.float32)
    if kind < 5:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), float(random.uniform(1, 5))))
    return np.asarray(noise > np.quantile(noise, float(random.uniform(0.1, 0.95))))


@pytest.mark.parametrize("seed", range(4))
def test_any_masks_are_worth_the_same(seed: int) -> None:
    """Whatever the masks, the packages agree with one another and with the definition."""
    random = np.random.default_rng((140, seed))
    pairs = []
    for _ in range(20):
        size = int(random.integers(1, 34)), int(random.integers(1, 34))
        pairs.append((_draw_mask(size, random), _draw_mask(size, random)))
    for prediction, truth in pairs:
        wanted = masks.boundary_f(prediction, truth, masks.tolerance_px(truth))
        for package, boundary_f in copies.BOUNDARY_F.items():
            assert boundary_f(prediction, truth) == pytest.approx(wanted, abs=NEAR), package
        wanted = masks.picture_iou(prediction, truth)
        for package, iou in copies.PICTURE_IOU.items():
            assert iou(prediction, truth) == pytest.approx(wanted, abs=NEAR), package
    wanted_set = masks.pooled_iou(pairs), masks.mean_boundary_f(pairs)
    for package, figures in copies.FIGURES.items():
        found = figures(pairs)
        assert (found.garment_iou, found.boundary_f) == pytest.approx(wanted_set, abs=NEAR), package


def test_large_masks_are_worth_the_same() -> None:
    """At the sizes of photos, where the tolerance is several pixels, the packages agree."""
    random = np.random.default_rng(141)
    for size in ((830, 550), (600, 401), (1080, 1920)):
        noise = cv2.GaussianBlur(random.normal(0, 1, size).astype(np.float32), (0, 0), 25)
        truth = np.asarray(noise > 0.01)
        prediction = np.asarray(np.roll(noise, 4, axis=1) > 0.012)
        found = [f(prediction, truth) for f in copies.BOUNDARY_F.values()]
        assert max(found) - min(found) <= NEAR
        assert 0 < found[0] < 1
