"""A real model that costs nothing, for a machine whose processor is emulated: it knows red."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

_SIDE_PX = 64
_STRIDE = 4


def make_tiny_bundle(folder: Path) -> Path:
    """Write the bundle, unless it is there; returns its folder. Needs TensorFlow."""
    if (folder / "manifest.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    content = _model()
    (folder / "model.tflite").write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(_manifest(content)), "ascii")
    return folder


def _model() -> bytes:
    """Red minus green and blue of each four by four pixels, as logits."""
    import keras  # noqa: PLC0415 - seconds, only where the machine is emulated
    import tensorflow as tf  # noqa: PLC0415 - as above

    image = keras.Input((_SIDE_PX, _SIDE_PX, 3), batch_size=1)
    redness = keras.layers.Conv2D(1, 1)
    model = keras.Model(image, redness(keras.layers.AveragePooling2D(_STRIDE)(image)))
    weights = np.array([12, -6, -6], np.float32).reshape(1, 1, 3, 1)
    redness.set_weights([weights, np.array([-6], np.float32)])
    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content


def _manifest(content: bytes) -> dict[str, Any]:
    logits_px = _SIDE_PX // _STRIDE
    return {
        "format": "selvedge-bundle",
        "format_version": 1,
        "id": "red-64",
        "name": "red",
        "version": "1",
        "created": "2026-01-01T00:00:00Z",
        "licence": "Apache-2.0",
        "files": {
            "cpu": {
                "name": "model.tflite",
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_bytes": len(content),
            }
        },
        "input": {
            "height_px": _SIDE_PX,
            "width_px": _SIDE_PX,
            "channels": 3,
            "colour_order": "RGB",
            "dtype": "float32",
            "normalisation": {"mean": 127.5, "std": 127.5},
            "letterbox_fill": [127, 127, 127],
        },
        "output": {
            "height_px": logits_px,
            "width_px": logits_px,
            "channels": 1,
            "stride": _STRIDE,
            "dtype": "float32",
            "meaning": "garment_logit",
        },
        "classes": {"0": "everything else", "1": "garment"},
        "recipe": {},
        "quality": {},
        "training": {},
    }
