"""Who is compared: each takes an RGB picture and returns a mask of its size."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from device.bundle import load_bundle
from device.frame import Frame, UInt8Array
from device.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.runtimes.litert import default_threads, interpreter

Segment = Callable[[UInt8Array], npt.NDArray[np.bool_]]
_PERSON = 15
"""Of the 21 classes of PASCAL VOC 2012."""


def selvedge(bundle_path: Path, *, mirror: bool) -> Segment:
    """This project's pipeline: what is garment."""
    bundle = load_bundle(bundle_path)
    pipeline = Pipeline(bundle, open_runtime(bundle)[0], mirror=mirror)

    def segment(picture: UInt8Array) -> npt.NDArray[np.bool_]:
        moment = datetime.now(timezone.utc)
        frame = Frame(picture, "RGB", moment, time.monotonic(), 0, "benchmark")
        return np.asarray(pipeline.cut(frame).mask.alpha >= 128)

    return segment


def pascal(model: Path) -> Segment:
    """A DeepLab trained on PASCAL VOC, as a TFLite file: the class person, clothes included."""
    ready = interpreter()[0](model_path=str(model), num_threads=default_threads())
    ready.allocate_tensors()
    taken, given = ready.get_input_details()[0], ready.get_output_details()[0]
    height, width = (int(side) for side in taken["shape"][1:3])

    def segment(picture: UInt8Array) -> npt.NDArray[np.bool_]:
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        ready.set_tensor(taken["index"], small[np.newaxis].astype(taken["dtype"]))
        ready.invoke()
        answer: npt.NDArray[Any] = ready.get_tensor(given["index"])[0]
        # Some files end in class numbers, others in a score for each class.
        classes = answer if answer.ndim == 2 or answer.shape[-1] == 1 else answer.argmax(axis=-1)
        person = (classes.reshape(classes.shape[:2]) == _PERSON).astype(np.float32)
        size = (picture.shape[1], picture.shape[0])
        return np.asarray(cv2.resize(person, size, interpolation=cv2.INTER_LINEAR) > 0.5)

    return segment


def mediapipe() -> Segment:
    """MediaPipe's selfie segmentation: people."""
    solution = import_module("mediapipe").solutions.selfie_segmentation
    model = solution.SelfieSegmentation(model_selection=0)

    def segment(picture: UInt8Array) -> npt.NDArray[np.bool_]:
        return np.asarray(model.process(picture).segmentation_mask > 0.5)

    return segment


def rembg(name: str) -> Segment:
    """One of rembg's models: what stands out."""
    library = import_module("rembg")
    session = library.new_session(name)

    def segment(picture: UInt8Array) -> npt.NDArray[np.bool_]:
        mask = library.remove(picture, session=session, only_mask=True)
        return np.asarray(np.asarray(mask) >= 128)

    return segment


def installed(package: str) -> bool:
    """Whether a peer's package is there."""
    return find_spec(package) is not None
