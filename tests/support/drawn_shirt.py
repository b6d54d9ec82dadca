"""Drawn shirts with exact masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]


def draw_shirt(number: int, *, size: tuple[int, int] = (192, 144)) -> tuple[UInt8Array, UInt8Array]:
    """Draw a red shirt on a grey wall with some noise: RGB picture and its exact mask."""
    random = np.random.default_rng(number)
    height, width = size
    picture = np.full((height, width, 3), random.integers(110, 160), np.uint8)
    mask = np.zeros(size, np.uint8)
    x, y = int(random.integers(0, width // 8)), int(random.integers(0, height // 8))
    shirt = [(40, 40), (104, 40), (128, 90), (110, 96), (100, 76), (100, 150), (44, 150)]
    corners = np.array([((a + x) * width / 144, (b + y) * height / 192) for a, b in shirt])
    cv2.fillPoly(mask, [corners.astype(np.int32)], (255,))
    picture[mask > 0] = (190, 30 + int(random.integers(0, 30)), 40)
    noise = random.normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), mask


def write(path: Path, picture: UInt8Array) -> None:
    """Write an RGB picture or a mask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = picture if picture.ndim == 2 else picture[:, :, ::-1]
    assert cv2.imwrite(str(path), ordered)
