"""Letterbox, way back and input values are the same in every package, to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.inputs.run_folder import Run
from tests.contract_vectors import copies
from tests.contract_vectors.reference import geometry
from tests.contract_vectors.vectors import read_arrays, read_cases

FRAMES = read_arrays("letterbox")
LOGITS = read_arrays("way_back")
RANDOM_CASES = 150


@pytest.mark.parametrize("case", read_cases("letterbox"), ids=lambda case: case["name"])
def test_a_frame_becomes_the_same_input(case: dict[str, Any]) -> None:
    """Every package lays a frame on the input as the vector has it.

    Place and fill are exact. Levels are the mean of the frame's to within one, for libraries round
    differently, and exact where only halves are taken; among the packages they are equal.
    """
    name, fill = case["name"], (*case["fill"],)
    canvas = case["input"][0], case["input"][1]
    wanted = FRAMES[f"{name}/input"].astype(int)
    inputs = {}
    for package, way_in in copies.WAYS_IN.items():
        pixels, spot = way_in(FRAMES[f"{name}/frame"], canvas, fill)
        assert vars(spot) == case["place"], package
        off = np.abs(pixels - wanted)
        content = np.zeros(off.shape[:2], np.bool_)
        content[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width] = True
        assert (off[~content] == 0).all(), package
        assert off.max() <= (0 if case["exact"] else 1), package
        inputs[package] = pixels.tobytes()
    assert len(set(inputs.values())) == 1


@pytest.mark.parametrize("case", read_cases("way_back"), ids=lambda case: case["name"])
def test_logits_return_to_the_same_pixels(case: dict[str, Any]) -> None:
    """Every package gives a frame the very logits of the vector."""
    name, stride = case["name"], case["stride"]
    (height, width), (input_height, input_width) = case["frame"], case["input"]
    sizes = (height, width), (input_height, input_width)
    logits, wanted = LOGITS[f"{name}/logits"], LOGITS[f"{name}/frame"]
    for package, way_back in copies.WAYS_BACK.items():
        found = way_back(logits, *sizes, stride)
        assert found.dtype == np.float32
        assert np.array_equal(found, wanted), package
    on_frame = tuple(case["rows_on_frame"]), tuple(case["columns_on_frame"])
    for package, find in copies.CELLS.items():
        assert find((len(logits), len(logits[0])), *sizes, stride) == on_frame, package


def test_a_garment_that_the_frame_cuts_is_whole_on_it() -> None:
    """What the network says of the letterbox's fill fades no garment out at the frame's edge."""
    for name in ("above and below", "left and right"):
        assert (LOGITS[f"cut by the frame, fill {name}/frame"] == 1).all()


@pytest.mark.parametrize("case", read_cases("input_tables"), ids=lambda case: case["dtype"])
def test_pixels_enter_alike(case: dict[str, Any]) -> None:
    """Every package feeds a model the vector's value for each of the 256 levels."""
    values = case.pop("values")
    for package, table in copies.TABLES.items():
        found = table(copies.Entry(**case))
        assert found.dtype == np.dtype(case["dtype"])
        assert found.tolist() == values, package


def test_the_float_network_is_fed_alike() -> None:
    """Training and conversion normalise pixels as the table of a float model does."""
    levels = np.arange(256, dtype=np.uint8)
    wanted = copies.TABLES["device"](copies.Entry(127.5, 127.5, "float32", 1.0, 0))
    run = Run(Path(), "", 4, 4, (), 127.5, 127.5, (0, 0, 0), {}, {})
    assert np.array_equal(copies.normalise_in_training(levels), wanted)
    assert np.array_equal(copies.normalise_in_conversion(levels, run), wanted)


def _draw_sizes(random: np.random.Generator) -> tuple[geometry.Size, geometry.Size, int]:
    """A frame of any proportions, an input of whole cells, and their stride."""
    stride = int(random.choice([4, 8, 16]))
    canvas = (int(random.integers(1, 9)) * stride, int(random.integers(1, 9)) * stride)
    longest = int(random.choice([3, 40, 200]))
    frame = int(random.integers(1, longest + 1)), int(random.integers(1, longest + 1))
    if random.random() < 0.1:
        frame = (1, frame[1] * 5) if random.random() < 0.5 else (frame[0] * 5, 1)
    return frame, canvas, stride


@pytest.mark.parametrize("seed", range(4))
def test_any_frame_becomes_the_same_input(seed: int) -> None:
    """Whatever the sizes, the packages agree on place, cells and pixels, there and back."""
    random = np.random.default_rng((137, seed))
    for _ in range(RANDOM_CASES // 4):
        frame, canvas, stride = _draw_sizes(random)
        pixels = random.integers(0, 256, (*frame, 3), dtype=np.uint8)
        inputs = [way_in(pixels, canvas, (9, 120, 200)) for way_in in copies.WAYS_IN.values()]
        spot = geometry.place(frame, canvas)
        assert all(found[1] == spot for found in inputs), (frame, canvas)
        assert len({found[0].tobytes() for found in inputs}) == 1, (frame, canvas)
        cells = canvas[0] // stride, canvas[1] // stride
        rows = geometry.cells_on_frame(cells[0], stride, spot.top, spot.height)
        columns = geometry.cells_on_frame(cells[1], stride, spot.left, spot.width)
        for package, find in copies.CELLS.items():
            assert find(cells, frame, canvas, stride) == (rows, columns), (package, frame, canvas)
        logits = random.normal(0, 4, cells).astype(np.float32)
        backs = [back(logits, frame, canvas, stride) for back in copies.WAYS_BACK.values()]
        assert len({back.tobytes() for back in backs}) == 1, (frame, canvas)
        if frame[0] * frame[1] <= 900:
            wanted = geometry.logits_to_frame(logits, frame, spot, stride)
            assert np.array_equal(backs[0], wanted), (frame, canvas)


def test_large_frames_become_the_same_input() -> None:
    """At the sizes of cameras, upright and on their side, the packages agree as well."""
    random = np.random.default_rng(138)
    for frame in ((1080, 1920), (1920, 1080), (2160, 3840), (1537, 2049)):
        pixels = random.integers(0, 256, (*frame, 3), dtype=np.uint8)
        canvas = (512, 384)
        inputs = [way_in(pixels, canvas, (127, 127, 127)) for way_in in copies.WAYS_IN.values()]
        assert len({found[0].tobytes() for found in inputs}) == 1, frame
        logits = random.normal(0, 4, (128, 96)).astype(np.float32)
        backs = [back(logits, frame, canvas, 4) for back in copies.WAYS_BACK.values()]
        assert all(np.array_equal(backs[0], back) for back in backs), frame


def test_any_input_description_gives_the_same_values() -> None:
    """Whatever normalisation and quantisation a manifest names, the packages feed alike."""
    random = np.random.default_rng(139)
    for _ in range(RANDOM_CASES):
        dtype = str(random.choice(["int8", "uint8", "float32"]))
        mean, std = float(random.uniform(-10, 260)), float(np.exp(random.uniform(-2, 6)))
        scale = float(np.exp(random.uniform(-8, 2))) if dtype != "float32" else 1.0
        zero_point = int(random.integers(-128, 256)) if dtype != "float32" else 0
        entry = copies.Entry(mean, std, dtype, scale, zero_point)
        wanted = geometry.input_values(**vars(entry))
        for package, table in copies.TABLES.items():
            assert table(entry).tolist() == wanted, (package, entry)
