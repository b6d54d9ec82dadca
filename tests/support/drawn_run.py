"""A run whose network is one convolution set by hand, so that its masks are known beforehand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from train.atomic_file import write_atomically, write_json
from train.datasets.dataset import load_dataset
from train.network.architecture import (
    CLASSES,
    LETTERBOX_FILL,
    NORMALISATION_MEAN,
    NORMALISATION_STD,
    Architecture,
)
from train.runs.run_folder import FORMAT, FORMAT_VERSION, RunFolder

SIZE_PX = 64


def write_run(folder: Path, dataset: Path, *, least_red: float = 0.8) -> Path:
    """Write a run that calls garment whatever is redder than green by ``least_red``, of 0 to 2.

    Drawn shirts are, drawn arms and backdrops are not. 3 finds nothing, -3 all there is.
    """
    picture = keras.Input((SIZE_PX, SIZE_PX, 3))
    layer = keras.layers.Conv2D(1, 4, strides=4)
    model = keras.Model(picture, layer(picture))
    kernel = np.zeros((4, 4, 3, 1), np.float32)
    kernel[:, :, 0], kernel[:, :, 1] = 0.5, -0.5  # over 16 pixels: 8 times the mean difference
    layer.set_weights([kernel, np.array([-8 * least_red], np.float32)])
    run, opened = RunFolder(folder), load_dataset(dataset)
    folder.mkdir(parents=True)
    model.save(run.model)
    architecture = Architecture(input_height_px=SIZE_PX, input_width_px=SIZE_PX)
    about = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": f"drawn-{folder.name}",
        "created": "2026-01-01T00:00:00+00:00",
        "command": "drawn",
        "architecture": asdict(architecture),
        "normalisation": {"mean": NORMALISATION_MEAN, "std": NORMALISATION_STD},
        "colour_order": "RGB",
        "letterbox_fill": list(LETTERBOX_FILL),
        "classes": CLASSES,
    }
    write_json(run.manifest, about)
    write_json(run.plan, {"sources": [{"path": str(dataset.resolve())}]})
    stems = {s: [entry.stem for entry in opened.select(s)] for s in ("train", "val")}
    write_json(run.splits, {opened.name: stems})
    history = f"epoch,loss,garment_iou,garment_iou_{opened.name}\n1,0.5,0.3,0.3\n2,0.25,0.6,0.6\n"
    write_atomically(run.history, history.encode())
    write_json(run.metrics, {"sets": {opened.name: {"garment_iou": 0.6}}})
    return folder
