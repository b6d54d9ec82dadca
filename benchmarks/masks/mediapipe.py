"""MediaPipe's selfie segmentation, by the interface of older wheels and by that of newer ones."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.datasets.pictures import BoolArray
from benchmarks.masks.install_command import install_command
from benchmarks.masks.peer import AbsentError, Peer, format_title, is_installed, shorten
from device.errors import UsageError
from device.imaging.arrays import UInt8Array

_WANTED = ("clothes", "person")
"""Labels of a model's classes, the nearest to a garment first: a model that separates clothes from
skin is compared by its clothes."""

_METADATA = b"TFLITE_METADATA"


def open_solution() -> Peer:
    """Return the model inside the wheel: people. Wheels up to 0.10.21 were seen to have it.

    Raises:
        AbsentError: MediaPipe is not installed, or is one without it.
    """
    library = _import_mediapipe()
    if not hasattr(library, "solutions"):
        raise AbsentError(
            "this version carries no model: give one with --mediapipe FILE,"
            f" or run `{install_command('mediapipe==0.10.21')}`"
        )
    # 0 is the general model (256×256), 1 the one for landscape pictures.
    model = library.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)

    def segment(picture: UInt8Array) -> BoolArray:
        found = model.process(np.ascontiguousarray(picture)).segmentation_mask
        return np.asarray(found > 0.5)

    return Peer(f"{format_title('mediapipe')}, selfie segmentation", "people", segment, model.close)


def open_task(file: Path) -> Peer:
    """Return a model file for MediaPipe's ImageSegmenter, such as its selfie segmenters.

    Args:
        file: a ``.tflite`` with MediaPipe's metadata, which name its classes.

    Raises:
        UsageError: there is no such file, or MediaPipe does not take it.
        AbsentError: MediaPipe is not installed.
    """
    library = _import_mediapipe()
    # Without metadata version 0.10.21 does not refuse the file, it crashes.
    if not file.is_file() or _METADATA not in file.read_bytes():
        raise UsageError(
            f"{file} is no .tflite with metadata: give --mediapipe a model of its makers"
        )
    tasks = import_module("mediapipe.tasks.python")
    segmenters = import_module("mediapipe.tasks.python.vision")
    options = segmenters.ImageSegmenterOptions(
        base_options=tasks.BaseOptions(model_asset_path=str(file)), output_confidence_masks=True
    )
    try:
        model = segmenters.ImageSegmenter.create_from_options(options)
    except (ValueError, RuntimeError, OSError) as error:
        raise UsageError(f"MediaPipe does not take {file}: {shorten(error)}") from error
    labels = list(model.labels)

    def segment(picture: UInt8Array) -> BoolArray:
        image = library.Image(
            image_format=library.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
        )
        masks = model.segment(image).confidence_masks
        # Version 0.10 gives (height, width), 1.2 (height, width, 1).
        shares = [mask.numpy_view().reshape(picture.shape[:2]) for mask in masks]
        return _choose_class(shares, labels)

    made_for = "clothes" if "clothes" in labels else "people"
    return Peer(f"{format_title('mediapipe')}, task `{file.stem}`", made_for, segment, model.close)


def _import_mediapipe() -> ModuleType:
    if not is_installed("mediapipe"):
        raise AbsentError(f"run `{install_command('mediapipe')}`")
    try:
        return import_module("mediapipe")
    except ImportError as error:
        raise AbsentError(f"it cannot be imported: {error}") from error


def _choose_class(shares: Sequence[npt.NDArray[Any]], labels: Sequence[str]) -> BoolArray:
    if len(shares) == 1:
        return np.asarray(shares[0] > 0.5)
    likeliest = np.argmax(shares, axis=0)
    for label in _WANTED:
        if label in labels:
            return np.asarray(likeliest == labels.index(label))
    return np.asarray(likeliest != 0)  # 0 is the background in all of MediaPipe's models.
