"""Drawn photos with good and bad masks of a teacher, and a tiny real model that finds red."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support.drawn_shirt import draw_shirt, write

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def pseudolabel(repository: Path) -> Run:
    """Run ``python -m train pseudolabel`` with arguments."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "train", "pseudolabel", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=repository,
        )

    return run


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """photos/ of eight shirts; of their proposals/ two are wrong, one is missing, one too small."""
    folder = tmp_path_factory.mktemp("drawn")
    for number in range(8):
        picture, mask = draw_shirt(number)
        write(folder / "photos" / f"{number}.jpg", picture)
        if number == 4:
            mask = np.roll(mask, 40, axis=1)  # beside the shirt
        if number == 5:
            mask[:] = np.where(mask > 0, 150, 90)  # unsure everywhere
        if number == 7:
            mask = mask[::2, ::2]
        if number != 6:
            write(folder / "proposals" / f"{number}.png", mask)
    return folder


@pytest.fixture(scope="session")
def red_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a tiny real model that finds red shirts."""
    import keras  # noqa: PLC0415 - seconds, only for the tests that need it
    import tensorflow as tf  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("bundle")
    image = keras.Input((96, 96, 3), batch_size=1)
    pooled = keras.layers.AveragePooling2D(4)(image)
    redness = keras.layers.Conv2D(1, 1)
    model = keras.Model(image, redness(pooled))
    # (pixel - 127.5) / 127.5: red minus green and blue, a shirt is at 1.1 and a wall at 0.
    redness.set_weights(
        [
            np.array([12, -6, -6], np.float32).reshape(1, 1, 3, 1),
            np.array([-6], np.float32),
        ]
    )
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / "model.tflite").write_bytes(content)
    side = {"height_px": 96, "width_px": 96, "channels": 3, "colour_order": "RGB"}
    manifest = {
        "format": "selvedge-bundle",
        "format_version": 1,
        "id": "red-96",
        "name": "red",
        "version": "0.1.0",
        "created": "2026-01-01T00:00:00Z",
        "licence": "CC0-1.0",
        "classes": {},
        "recipe": {},
        "quality": {},
        "training": {},
        "files": {
            "cpu": {
                "name": "model.tflite",
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_bytes": len(content),
            }
        },
        "input": {
            **side,
            "dtype": "float32",
            "normalisation": {"mean": 127.5, "std": 127.5},
            "letterbox_fill": [127, 127, 127],
        },
        "output": {
            "height_px": 24,
            "width_px": 24,
            "channels": 1,
            "dtype": "float32",
            "stride": 4,
            "meaning": "garment_logit",
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
