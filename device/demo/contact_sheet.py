"""Several cutouts beside each other on a checkerboard, so that transparency can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

_SQUARE_PX = 12
_LIGHT, _DARK = 255, 214
_GAP_PX = 16


def contact_sheet(pictures: Sequence[Path], height_px: int = 420) -> Image.Image:
    """Draw cutouts in one row.

    Args:
        pictures: RGBA PNGs; at least one.
        height_px: of each picture; the widths follow.

    Returns:
        An RGB image.
    """
    cells = [_cell(path, height_px) for path in pictures]
    width_px = sum(cell.width for cell in cells) + _GAP_PX * (len(cells) + 1)
    sheet = Image.new("RGB", (width_px, height_px + 2 * _GAP_PX), (255, 255, 255))
    left = _GAP_PX
    for cell in cells:
        sheet.paste(cell, (left, _GAP_PX))
        left += cell.width + _GAP_PX
    return sheet


def _cell(path: Path, height_px: int) -> Image.Image:
    with Image.open(path) as file:
        picture = file.convert("RGBA")
    width_px = max(1, round(picture.width * height_px / picture.height))
    # Colours under transparent pixels must not bleed into the edge, so shrink premultiplied.
    small = picture.convert("RGBa").resize((width_px, height_px), Image.Resampling.LANCZOS)
    board = _checkerboard(width_px, height_px)
    board.alpha_composite(small.convert("RGBA"))
    return board.convert("RGB")


def _checkerboard(width_px: int, height_px: int) -> Image.Image:
    rows, columns = np.indices((height_px, width_px)) // _SQUARE_PX
    grey = np.where((rows + columns) % 2 == 0, _LIGHT, _DARK).astype(np.uint8)
    return Image.fromarray(grey).convert("RGBA")
