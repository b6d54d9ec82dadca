"""A cutout laid out as a catalogue wants it: RGBA, cropped, scaled, placed, coloured."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout
from device.settings.output import OutputSettings

_STRIP_PIXELS = 1_000_000


def arrange(cutout: Cutout, settings: OutputSettings) -> UInt8Array:
    """Lay out a cutout.

    Where nothing was found there is nothing to crop to, and the whole frame is kept.

    Returns:
        uint8, shape (height, width, 4), straight alpha; where alpha is 0 the colour is black.
    """
    picture = RgbaRows(cutout).compute_all()
    canvas = _read_canvas_size(settings)
    has_garment = cutout.mask.bbox is not None
    if has_garment and (settings.crop or canvas is not None):
        picture = _crop(picture, settings.margin if canvas is None else 0.0)
    if canvas is not None:
        fill = settings.fill if has_garment else 1.0
        height, width = picture.shape[:2]
        picture = _scale(picture, fill * min(canvas[0] / width, canvas[1] / height))
        picture = _place(picture, *canvas)
    if settings.longest_px is not None:
        picture = _scale(picture, min(1.0, settings.longest_px / max(picture.shape[:2])))
    if settings.background != "transparent":
        picture = lay_on(picture, settings.background)
    return picture


def estimate_bytes(cutout: Cutout, settings: OutputSettings) -> int:
    """Return the memory that `arrange` and an encoder take at most, beside the cutout itself.

    Measured on frames of 48 megapixels: 8 bytes for a pixel of the frame and 8 for one of the
    result; 24 for each where it is scaled; and 32 for a pixel that libwebp encodes.
    """
    frame_pixels = cutout.frame.width_px * cutout.frame.height_px
    canvas, pixels = _read_canvas_size(settings), frame_pixels
    if canvas is not None:
        pixels = canvas[0] * canvas[1]
    each_bytes = 8 if canvas is None and settings.longest_px is None else 24
    packed_bytes = {"webp": 32, "jpeg": 16}.get(settings.format, 0)
    return each_bytes * (frame_pixels + pixels) + packed_bytes * pixels


def lay_on(picture: UInt8Array, background: str) -> UInt8Array:
    """Lay an RGBA picture on a colour ``#rrggbb``; the result is opaque RGBA."""
    ground = np.array([*bytes.fromhex(background.removeprefix("#"))], np.float32)
    result = np.full_like(picture, 255)
    for rows in _list_strips(picture):
        share = picture[rows, :, 3:].astype(np.float32) / 255
        result[rows, :, :3] = np.round(picture[rows, :, :3] * share + ground * (1 - share))
    return result


def _list_strips(picture: UInt8Array) -> Iterator[slice]:
    """Yield rows, a few at a time: real numbers take four times the memory of levels."""
    rows = max(1, _STRIP_PIXELS // picture.shape[1])
    for top in range(0, picture.shape[0], rows):
        yield slice(top, min(picture.shape[0], top + rows))


def _read_canvas_size(settings: OutputSettings) -> tuple[int, int] | None:
    width_px, height_px = settings.canvas_width_px, settings.canvas_height_px
    return None if width_px is None or height_px is None else (width_px, height_px)


def _crop(picture: UInt8Array, margin: float) -> UInt8Array:
    """Crop to the garment with all of its soft edge, and a margin as far as the frame has one."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(picture[:, :, 3]))
    extra = round(margin * max(width, height))
    return picture[
        max(0, top - extra) : top + height + extra, max(0, left - extra) : left + width + extra
    ]


def _scale(picture: UInt8Array, scale: float) -> UInt8Array:
    """Resize with colours weighted by alpha, so that none bleeds out of what is transparent."""
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return picture
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    weighted = np.empty((height, width, 3), np.float32)
    for rows in _list_strips(picture):
        share = picture[rows, :, 3:].astype(np.float32)
        weighted[rows] = picture[rows, :, :3] * (share / 255)
    shown = cv2.resize(weighted, size, interpolation=method)
    del weighted
    whole = picture[:, :, 3].astype(np.float32)
    alpha = np.clip(cv2.resize(whole, size, interpolation=method), 0, 255)
    result = np.empty((*alpha.shape, 4), np.uint8)
    for rows in _list_strips(result):
        # Below half a level of 255 alpha becomes 0, and the colour would be noise.
        colours = shown[rows] * 255 / np.maximum(alpha[rows], 0.5)[..., None]
        part = np.dstack([colours, alpha[rows]])
        part[alpha[rows] < 0.5] = 0
        result[rows] = np.clip(np.round(part), 0, 255)
    return result


def _place(picture: UInt8Array, width_px: int, height_px: int) -> UInt8Array:
    canvas = np.zeros((height_px, width_px, 4), np.uint8)
    top = (height_px - picture.shape[0]) // 2
    left = (width_px - picture.shape[1]) // 2
    canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return canvas
