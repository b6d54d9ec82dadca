"""Contact sheets: many photos small on one picture, each with its mask's outline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from train.arrays import UInt8Array
from train.datasets.dataset import write_picture

TILE_PX = 240
CAPTION_PX = 34
COLUMNS = 10
ROWS = 4
OUTLINE = (255, 0, 200)
DIMMED = 0.45  # brightness left to what the mask leaves out


def tile(picture: UInt8Array, mask: UInt8Array | None, captions: tuple[str, str]) -> UInt8Array:
    """Draw one photo: what the mask leaves out is dimmed, its outline drawn, captions below."""
    height, width = picture.shape[:2]
    scale = min(TILE_PX / height, TILE_PX / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if mask is not None:
        inside = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) >= 128).astype(np.uint8)
        small = np.where(inside[..., None] > 0, small, small * DIMMED).astype(np.uint8)
        outlines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(small, outlines, -1, OUTLINE, 1)
    canvas = np.full((TILE_PX + CAPTION_PX, TILE_PX, 3), 255, np.uint8)
    left = (TILE_PX - size[0]) // 2
    canvas[: size[1], left : left + size[0]] = small
    for line, caption in enumerate(captions):
        place = (2, TILE_PX + 13 + 15 * line)
        cv2.putText(canvas, caption, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1)
    return canvas


def write_sheets(folder: Path, name: str, tiles: Iterable[UInt8Array], *, limit: int) -> list[Path]:
    """Write at most ``limit`` sheets of tiles as NAME-01.jpg and on; remove older ones."""
    for old in folder.glob(f"{name}-[0-9][0-9].jpg"):
        old.unlink()
    written: list[Path] = []
    page: list[UInt8Array] = []

    def flush() -> None:
        if page and len(written) < limit:
            blank = np.full_like(page[0], 255)
            page.extend([blank] * (-len(page) % COLUMNS))
            rows = [np.hstack(page[i : i + COLUMNS]) for i in range(0, len(page), COLUMNS)]
            path = folder / f"{name}-{len(written) + 1:02d}.jpg"
            write_picture(path, np.vstack(rows))
            written.append(path)
        page.clear()

    for each in tiles:
        page.append(each)
        if len(page) == COLUMNS * ROWS:
            flush()
    flush()
    return written
