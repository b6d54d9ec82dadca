"""Run ``python -m train import`` and ``check`` in this process, on drawn pictures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from train.__main__ import main
from train.datasets.dataset import Dataset, Entry

UInt8Array = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Done:
    """Result of a command: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    """Run a command of ``python -m train``."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return Done(code, captured.out, captured.err)


def picture(seed: int, height: int = 48, width: int = 40) -> UInt8Array:
    """Draw soft blobs of colour, different for each seed: uint8 RGB (height, width, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 6, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def save(path: Path, pixels: npt.NDArray[np.generic], **options: Any) -> Path:
    """Save a picture or a mask, and create its folder; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def box(top: int, left: int, bottom: int, right: int, shape: tuple[int, int]) -> UInt8Array:
    """Return a mask, uint8, 255 in rows top to bottom - 1 and columns left to right - 1."""
    mask = np.zeros(shape, np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


def read_faults(out: Path) -> list[dict[str, str]]:
    """Read the rows of faults.csv."""
    with (out / "faults.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def read_body(dataset: Dataset, entry: Entry) -> UInt8Array:
    """Read a body mask; fail if there is none."""
    body = dataset.read_body(entry)
    assert body is not None
    return body
