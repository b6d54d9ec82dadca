"""A small model that is really trained, its photos, and the bundle of its conversion."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from convert.__main__ import main
from convert.native_stderr import hide_native_stderr

SIDE = 64


def _photo(rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Draw a dark red polygon on a light wall: (80, 60, 3) RGB and its (80, 60) mask."""
    mask = np.zeros((80, 60), np.uint8)
    corners = np.array([[12, 14], [48, 14], [44, 66], [16, 66]]) + rng.integers(-8, 9, (4, 2))
    cv2.fillPoly(mask, [corners.astype(np.int32)], (255,))
    wall, cloth = rng.integers(150, 240, 3), rng.integers((90, 10, 10), (160, 60, 60))
    pixels = np.where(mask[..., None] > 0, cloth, wall) + rng.normal(0, 8, (80, 60, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8), mask


def _dataset(folder: Path, pictures: int, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    record = {"format": "selvedge-dataset", "format_version": 1, "name": folder.name}
    (folder / "dataset.json").write_text(json.dumps(record), "utf-8")
    columns = ["stem", "image", "mask", "body", "split", "group", "kind"]
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(pictures):
            pixels, mask = _photo(rng)
            image, label = f"images/{number:03}.png", f"masks/{number:03}.png"
            cv2.imwrite(str(folder / image), pixels[..., ::-1])
            cv2.imwrite(str(folder / label), mask)
            split = "val" if number % 2 else "train"
            writer.writerow([f"{number:03}", image, label, "", split, number, "polygon"])
    return folder


def _small_deeplab(keras: Any) -> Any:
    layers = keras.layers

    def normed(x: Any) -> Any:
        return layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.8)(x))

    photo = keras.Input((SIDE, SIDE, 3))
    x = normed(layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(photo))
    low = normed(layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)(x))
    x = normed(layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(low))
    wide = normed(layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False)(x))
    x = layers.Add()([x, normed(layers.Conv2D(16, 1, use_bias=False)(wide))])
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    logits = layers.Conv2D(1, 1)(layers.Concatenate()([x, low]))
    return keras.Model(photo, logits)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve labelled photos as a data set, half of them validation."""
    return _dataset(tmp_path_factory.mktemp("data") / "polygons", 12, seed=1)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RUN whose model was trained for two seconds on other polygons."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(2)
    pairs = [_photo(rng) for _ in range(64)]
    inputs = np.stack([cv2.resize(pixels, (SIDE, SIDE)) for pixels, _ in pairs]) / 127.5 - 1
    targets = np.stack([cv2.resize(mask, (SIDE // 4, SIDE // 4)) >= 128 for _, mask in pairs])
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - loaded here so that its noise stays hidden

        keras.utils.set_random_seed(3)
        model = _small_deeplab(keras)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.02), loss)
        model.fit(inputs, targets[..., None].astype("float32"), 16, epochs=15, verbose=0)
        model.save(folder / "model.keras")
    record = {
        "format": "selvedge-run",
        "format_version": 1,
        "id": "polygons-1",
        "created": "2026-01-02T03:04:05Z",
        "architecture": {
            "name": "small",
            "input_height_px": SIDE,
            "input_width_px": SIDE,
            "output_stride": 16,
            "atrous_rates": [2],
        },
        "normalisation": {"mean": 127.5, "std": 127.5},
        "colour_order": "RGB",
        "letterbox_fill": [127, 127, 127],
        "classes": {"0": "everything else", "1": "garment"},
        "init": {"kind": "keras", "file": "/home/me/start.keras", "sha256": "00"},
        "seed": 3,
        "command": "python -m train fit runs/a --data /home/me/polygons",
        "data": [{"name": "polygons", "licence": "CC0-1.0"}],
    }
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    return folder


@pytest.fixture(scope="session")
def bundle(run: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle that ``python -m convert`` writes for the run. Tests only read it."""
    target = tmp_path_factory.mktemp("bundles") / "garment-64"
    assert main([str(run), "-o", str(target), "--calibration", str(photos)]) == 0
    return target
