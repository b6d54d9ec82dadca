"""Contact sheets: many small photos on one picture, each with the outline of its mask."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from train.arrays import UInt8Array
from train.datasets.dataset import write_picture

THUMBNAIL_PX = 240
CAPTION_PX = 34
COLUMNS = 10
ROWS = 4
OUTLINE = (255, 0, 200)
DIMMED = 0.45  # brightness of what is outside the mask


def draw_thumbnail(
    picture: UInt8Array, mask: UInt8Array | None, captions: tuple[str, str]
) -> UInt8Array:
    """Draw one photo with its mask outlined, the rest dimmed, and two captions below.

    Returns:
        uint8 RGB (THUMBNAIL_PX + CAPTION_PX, THUMBNAIL_PX, 3).
    """
    height, width = picture.shape[:2]
    scale = min(THUMBNAIL_PX / height, THUMBNAIL_PX / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if mask is not None:
        inside = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) >= 128).astype(np.uint8)
        small = np.where(inside[..., None] > 0, small, small * DIMMED).astype(np.uint8)
        outlines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(small, outlines, -1, OUTLINE, 1)
    canvas = np.full((THUMBNAIL_PX + CAPTION_PX, THUMBNAIL_PX, 3), 255, np.uint8)
    left = (THUMBNAIL_PX - size[0]) // 2
    canvas[: size[1], left : left + size[0]] = small
    for line, caption in enumerate(captions):
        place = (2, THUMBNAIL_PX + 13 + 15 * line)
        cv2.putText(canvas, caption, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1)
    return canvas


def write_sheets(
    folder: Path, name: str, thumbnails: Iterable[UInt8Array], *, limit: int
) -> list[Path]:
    """Write at most ``limit`` sheets, NAME-01.jpg and on, and remove older ones.

    Returns:
        The files written.
    """
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

    for each in thumbnails:
        page.append(each)
        if len(page) == COLUMNS * ROWS:
            flush()
    flush()
    return written
