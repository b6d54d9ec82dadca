"""The picture of parity: photo, trained model, rig's model and their difference, worst first."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from convert.arrays import BoolArray, UInt8Array
from convert.parity.parity import Parity, ShownPicture

ROWS = 8
TILE_PX = 240
GAP_PX = 8
CAPTION_PX = 22
PAPER = (250, 250, 250)
INK = (40, 40, 40)
GARMENT_RGB = (40, 160, 90)
LOST_RGB = (220, 50, 50)
WON_RGB = (50, 90, 230)


def draw(results: list[Parity]) -> bytes:
    """Draw the photos on which the rig's model differs most from the trained one.

    Each data set gets an equal number of rows. In the last column red is garment that the rig's
    model lost, blue is what it added.

    Args:
        results: at least one, each with photos to show.

    Returns:
        A PNG file.
    """
    each = max(1, ROWS // len(results))
    rows = [(result.dataset, shown) for result in results for shown in result.shown[:each]]
    first, last = next(iter(results[0].scores)), list(results[0].scores)[-1]
    titles = ("photo", first, last, f"{last} lost (red), added (blue)")
    width = len(titles) * (TILE_PX + GAP_PX) + GAP_PX
    row_px = TILE_PX + CAPTION_PX + GAP_PX
    sheet = Image.new("RGB", (width, GAP_PX + CAPTION_PX + len(rows) * row_px), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, title in enumerate(titles):
        pen.text((_find_left(column), GAP_PX), title, fill=INK, font=font)
    for number, (dataset, shown) in enumerate(rows):
        top = GAP_PX + CAPTION_PX + number * row_px
        caption = f"{dataset}, {shown.name}: {shown.changed:.2%} of the pixels differ"
        pen.text((_find_left(0), top), caption, fill=INK, font=font)
        for column, tile in enumerate(_draw_tiles(shown, first, last)):
            height, wide = tile.shape[:2]
            left = _find_left(column) + (TILE_PX - wide) // 2
            sheet.paste(Image.fromarray(tile), (left, top + CAPTION_PX + (TILE_PX - height) // 2))
    file = io.BytesIO()
    sheet.save(file, "PNG", optimize=True)
    return file.getvalue()


def _find_left(column: int) -> int:
    return GAP_PX + column * (TILE_PX + GAP_PX)


def _draw_tiles(shown: ShownPicture, first: str, last: str) -> list[UInt8Array]:
    photo = _fit(shown.pixels, cv2.INTER_AREA)
    ours, theirs = (_fit(shown.masks[name].astype(np.uint8)) > 0 for name in (first, last))
    pale = (photo // 3 + 160).astype(np.uint8)
    difference = _tint(pale, ours & ~theirs, LOST_RGB, 1.0)
    return [
        photo,
        _tint(photo, ours, GARMENT_RGB, 0.6),
        _tint(photo, theirs, GARMENT_RGB, 0.6),
        _tint(difference, theirs & ~ours, WON_RGB, 1.0),
    ]


def _fit(picture: UInt8Array, interpolation: int = cv2.INTER_NEAREST) -> UInt8Array:
    height, width = picture.shape[:2]
    scale = TILE_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.uint8)


def _tint(
    picture: UInt8Array, mask: BoolArray, colour: tuple[int, int, int], share: float
) -> UInt8Array:
    mixed = picture * (1 - share) + np.asarray(colour, np.float32) * share
    return np.where(mask[..., None], mixed, picture).astype(np.uint8)
