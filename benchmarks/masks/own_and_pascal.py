"""This project's pipeline and the public PASCAL DeepLab, both on the rig's own interpreter."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.datasets.pictures import BoolArray
from benchmarks.masks.peer import Peer
from device.bundle.bundle import load_bundle
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.runtimes.litert import interpreter
from device.system.parallel import default_threads

_PERSON = 15
"""Of the 21 classes of PASCAL VOC 2012."""


def open_selvedge(bundle_path: Path, *, second_look: bool) -> Peer:
    """Return this project's pipeline for shots: all passes, matting, edge colours.

    Raises:
        UsageError: the bundle is none.
    """
    bundle = load_bundle(bundle_path)
    pipeline = Pipeline(bundle, open_runtime(bundle)[0], zooms=second_look)

    def segment(picture: UInt8Array) -> BoolArray:
        moment = datetime.now(timezone.utc)
        frame = Frame(picture, "RGB", moment, time.monotonic(), 0, "benchmark")
        return np.asarray(pipeline.cut(frame).mask.alpha >= 128)

    name = f"Selvedge `{bundle.name}`"
    return Peer(name if second_look else f"{name}, full-frame pass alone", "garments", segment)


def open_pascal(model: Path) -> Peer:
    """Return a DeepLab trained on PASCAL VOC, a TFLite file: its class person, clothes included.

    Raises:
        UsageError: there is no such file.
    """
    if not model.is_file():
        raise UsageError(f"{model} is not a file: give the PASCAL DeepLab's .tflite")
    ready = interpreter()[0](model_path=str(model), num_threads=default_threads())
    ready.allocate_tensors()
    source, target = ready.get_input_details()[0], ready.get_output_details()[0]
    height, width = (int(side) for side in source["shape"][1:3])

    def segment(picture: UInt8Array) -> BoolArray:
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        ready.set_tensor(source["index"], small[np.newaxis].astype(source["dtype"]))
        ready.invoke()
        logits: npt.NDArray[Any] = ready.get_tensor(target["index"])[0]
        # Some files end in class numbers, others in a score for each class.
        classes = logits if logits.ndim == 2 or logits.shape[-1] == 1 else logits.argmax(axis=-1)
        person = (classes.reshape(classes.shape[:2]) == _PERSON).astype(np.float32)
        size = (picture.shape[1], picture.shape[0])
        return np.asarray(cv2.resize(person, size, interpolation=cv2.INTER_LINEAR) > 0.5)

    return Peer("PASCAL DeepLab, class person", "people", segment)
