"""A cutout laid out as a catalogue wants it: RGBA, cropped, scaled, placed, coloured."""

from __future__ import annotations

import cv2
import numpy as np

from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout
from device.settings.output import OutputSettings


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


def lay_on(picture: UInt8Array, background: str) -> UInt8Array:
    """Lay an RGBA picture on a colour ``#rrggbb``; the result is opaque RGBA."""
    ground = np.array([*bytes.fromhex(background.removeprefix("#"))], np.float32)
    share = picture[:, :, 3:].astype(np.float32) / 255
    blended = np.round(picture[:, :, :3] * share + ground * (1 - share))
    return np.dstack([blended, np.full(picture.shape[:2], 255)]).astype(np.uint8)


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
    share = picture[:, :, 3:].astype(np.float32)
    shown = cv2.resize(picture[:, :, :3] * (share / 255), size, interpolation=method)
    alpha = np.clip(cv2.resize(share, size, interpolation=method), 0, 255)
    # Below half a level of 255 alpha becomes 0, and the colour would be noise.
    colours = shown * 255 / np.maximum(alpha, 0.5)[..., None]
    result = np.dstack([colours, alpha])
    result[alpha < 0.5] = 0
    return np.asarray(np.clip(np.round(result), 0, 255), dtype=np.uint8)


def _place(picture: UInt8Array, width_px: int, height_px: int) -> UInt8Array:
    canvas = np.zeros((height_px, width_px, 4), np.uint8)
    top = (height_px - picture.shape[0]) // 2
    left = (width_px - picture.shape[1]) // 2
    canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return canvas
