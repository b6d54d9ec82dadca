"""Versions of the libraries that the speed depends on."""

from __future__ import annotations

import contextlib
from importlib import metadata

import cv2
import numpy as np

_INTERPRETERS = {"ai-edge-litert": "LiteRT", "tflite-runtime": "tflite-runtime"}


def read_versions() -> dict[str, str]:
    """Return the versions of OpenCV, numpy and the interpreter, by name."""
    # Intel's primitives replace some of OpenCV's functions; OPENCV_IPP=disabled switches them off.
    ipp = "with IPP" if cv2.ipp.useIPP() else "without IPP"
    versions = {"OpenCV": f"{cv2.__version__} {ipp}", "numpy": np.__version__}
    for package, name in _INTERPRETERS.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(package)
    return versions
