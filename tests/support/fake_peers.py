"""Stand-ins for two packages that the benchmarks compare with where they are installed.

They have the calls, shapes and errors that MediaPipe 0.10.21 and 1.2.2 and rembg 2.0.69 and
2.0.86 were seen to have, and none of their models: what they find is what is bright.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from device.imaging.arrays import UInt8Array

Floats = npt.NDArray[np.float32]


class FakeSelfieSegmentation:
    """`mediapipe.solutions.selfie_segmentation.SelfieSegmentation`."""

    def __init__(self, model_selection: int = 0) -> None:
        assert model_selection in (0, 1)

    def process(self, picture: UInt8Array) -> SimpleNamespace:
        """Gives a mask of the picture's size, 0 to 1."""
        assert picture.flags.c_contiguous
        return SimpleNamespace(segmentation_mask=_brightness(picture))

    def close(self) -> None:
        """Lets go of the graph."""


class FakeImageSegmenter:
    """`mediapipe.tasks.python.vision.ImageSegmenter`; a file's text after the mark is its labels.

    One label gives one mask. Of several the first is what is dark, and the others share the
    red, green and blue of the picture.
    """

    def __init__(self, labels: Sequence[str], axes: int) -> None:
        self.labels = list(labels)
        self._axes = axes

    def segment(self, image: SimpleNamespace) -> SimpleNamespace:
        """Gives one mask for each label, as objects that hold arrays."""
        colours = (image.data / np.float32(255)).transpose(2, 0, 1)
        masks = [_brightness(image.data)]
        if len(self.labels) > 1:
            masks = [np.full_like(colours[0], 0.4), *colours][: len(self.labels)]
        shaped = [mask.reshape(mask.shape + (1,) * (self._axes - 2)) for mask in masks]
        return SimpleNamespace(
            confidence_masks=[SimpleNamespace(numpy_view=lambda mask=mask: mask) for mask in shaped]
        )

    def close(self) -> None:
        """Lets go of the graph."""


def put_mediapipe(monkeypatch: pytest.MonkeyPatch, *, old: bool) -> None:
    """Let `mediapipe` be the stand-in.

    Args:
        monkeypatch: takes it away again.
        old: like version 0.10.21, with `solutions` and masks (height, width); else like 1.2.2,
            without and with masks (height, width, 1).
    """

    def opened(options: SimpleNamespace) -> FakeImageSegmenter:
        content = Path(options.base_options.model_asset_path).read_bytes()
        labels = content.partition(b"TFLITE_METADATA")[2].decode().split()
        if not labels:
            raise RuntimeError("Input tensor requires metadata")
        return FakeImageSegmenter(labels, axes=2 if old else 3)

    package = _put(monkeypatch, "mediapipe", Image=SimpleNamespace)
    package.ImageFormat = SimpleNamespace(SRGB=1)  # type: ignore[attr-defined] # Made here.
    if old:
        selfie = SimpleNamespace(SelfieSegmentation=FakeSelfieSegmentation)
        package.solutions = SimpleNamespace(selfie_segmentation=selfie)  # type: ignore[attr-defined]
    _put(monkeypatch, "mediapipe.tasks.python", BaseOptions=SimpleNamespace)
    _put(
        *(monkeypatch, "mediapipe.tasks.python.vision"),
        ImageSegmenterOptions=SimpleNamespace,
        ImageSegmenter=SimpleNamespace(create_from_options=opened),
    )


def put_rembg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `rembg` be the stand-in, with `onnxruntime` beside it; it can fetch nothing."""

    def new_session(name: str, model_path: str | None = None) -> str:
        if name not in ("u2netp", "u2net_cloth_seg", "u2net_custom"):
            raise ValueError(f"No session class found for model '{name}'")
        if name == "u2netp":
            raise ConnectionError("Failed to resolve")
        if name == "u2net_custom":
            home = Path(os.environ.get("U2NET_HOME", "~/.rembg"))
            if model_path is None or home not in Path(model_path).parents:
                raise ValueError(f"model_path must be within the models directory: {home}")
        return name

    def remove(picture: UInt8Array, *, session: str, only_mask: bool) -> UInt8Array:
        assert only_mask
        if session == "u2net_custom":
            return np.asarray(_brightness(picture) * 255, dtype=np.uint8)
        stacked = np.concatenate(list(picture.transpose(2, 0, 1)))
        opaque = np.full_like(stacked, 255)
        return np.dstack([stacked, stacked, stacked, opaque])

    _put(monkeypatch, "rembg", new_session=new_session, remove=remove)
    _put(monkeypatch, "onnxruntime")


def take_away(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Let a package be none, installed or not."""
    monkeypatch.setitem(sys.modules, package, None)


def _put(monkeypatch: pytest.MonkeyPatch, name: str, **holds: Any) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(holds)
    monkeypatch.setitem(sys.modules, name, module)
    return module


def _brightness(picture: UInt8Array) -> Floats:
    return np.asarray(picture.mean(axis=2) / 255, dtype=np.float32)
