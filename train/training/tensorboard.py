"""A run's curves and a few of its masks as TensorBoard reads them.

The records are written with TensorFlow alone: scalars and images are tensors with the metadata
that TensorBoard's data model names (plugins ``scalars`` and ``images``). TensorBoard itself is
needed only to view them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf

from train.arrays import UInt8Array
from train.datasets.dataset import Dataset, Entry, take_evenly
from train.evaluation.evaluate import Masker

_SCALAR, _BLOBS = 1, 3  # DataClass in TensorFlow's summary.proto
_GARMENT = np.array((40, 200, 80), np.float32)  # RGB
_OVERLAY_HEIGHT_PX = 256


class TensorBoardWriter:
    """Writes event files; a resumed run adds one more."""

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))

    def write_scalars(self, values: Mapping[str, float], step: int) -> None:
        """Write figures of one epoch."""
        for name, value in values.items():
            self._write(name, tf.constant(value, tf.float32), step, "scalars", _SCALAR)
        self._writer.flush()

    def write_overlays(
        self, masker: Masker, datasets: list[Dataset], step: int, *, of_each: int = 2
    ) -> None:
        """Write a few validation pictures with the predicted garment in green."""
        for dataset in datasets:
            for entry in take_evenly(dataset.select("val"), of_each):
                picture = draw_overlay(dataset, entry, masker)
                encoded = tf.io.encode_png(picture).numpy()
                size = [str(length).encode() for length in (picture.shape[1], picture.shape[0])]
                tensor = tf.constant([*size, encoded])
                self._write(f"{dataset.name}/{entry.stem}", tensor, step, "images", _BLOBS)
        self._writer.flush()

    def _write(self, tag: str, tensor: tf.Tensor, step: int, plugin: str, data_class: int) -> None:
        metadata = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name=plugin),
            data_class=data_class,
        )
        with self._writer.as_default():
            tf.summary.write(tag, tensor, step=step, metadata=metadata)


def draw_overlay(dataset: Dataset, entry: Entry, masker: Masker) -> UInt8Array:
    """Draw a model's mask into its picture, uint8 RGB, `_OVERLAY_HEIGHT_PX` high."""
    picture = dataset.read_image(entry).astype(np.float32)
    mask = masker(dataset, entry).mask
    picture[mask] = 0.5 * picture[mask] + 0.5 * _GARMENT
    height, width = mask.shape
    size = (max(1, round(width * _OVERLAY_HEIGHT_PX / height)), _OVERLAY_HEIGHT_PX)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
