"""Cut and paste: real garments from flat-lays onto backdrops and bare mannequins.

Flat-lays have real fabric, bare rendered forms have a real place for it; together they teach
that a garment on a form ends where the form begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.inputs.shrinking import shrink_for_warp

LIKE_GARMENT_SHARE = 0.15
"""Of the backdrops, in about the garment's own colour: colour alone must not decide."""
PATTERNED_SHARE = 0.3
"""Of the backdrops, with a pattern: carpets and curtains must not pass for printed cloth."""
LOWER_KINDS = ("pants", "trousers", "skirt", "shorts", "jeans")


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A set without a garment.

    Attributes:
        picture: uint8 (height, width, 3), RGB.
        form_bbox: (left, top, width, height) of the bare form in pixels, or None.
    """

    picture: UInt8Array
    form_bbox: tuple[int, int, int, int] | None


def measure_mean_colour(picture: UInt8Array | Float32Array, mask: UInt8Array) -> Float32Array:
    """Return a garment's mean colour, float32 (3,), in the picture's own range.

    Args:
        picture: (height, width, 3).
        mask: uint8 (height, width); pixels of 128 and above count.
    """
    return np.asarray(cv2.mean(picture, (mask >= 128).astype(np.uint8))[:3], np.float32)


def _draw_pattern(size: tuple[int, int], random: np.random.Generator) -> Float32Array:
    """Draw a carpet, a curtain or tiles: one motif, mirrored and repeated, as gains about 1."""
    height, width = size
    tile_px = int(random.integers(10, 90))
    cells = int(random.integers(3, 9))
    colours = 1 if random.random() < 0.4 else 3
    motif = random.normal(0, 1, (cells, cells, colours)).astype(np.float32)
    if random.random() < 0.7:  # few flat tints, as weaving and printing have
        motif = np.sign(motif) * np.float32(0.7) + 0.3 * np.round(motif)
    method = cv2.INTER_NEAREST if random.random() < 0.4 else cv2.INTER_CUBIC
    quarter = cv2.resize(motif, (tile_px, tile_px), interpolation=method)
    quarter = quarter.reshape(tile_px, tile_px, colours)
    half = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
    tile = np.concatenate([half, half[::-1]], axis=0)
    if random.random() < 0.3:  # stripes
        tile = np.broadcast_to(tile[:1] if random.random() < 0.5 else tile[:, :1], tile.shape)
    rows, columns = -(-height // len(tile)) + 1, -(-width // len(tile)) + 1
    whole = np.tile(tile, (rows, columns, 1))
    top, left = random.integers(0, len(tile), 2)
    strength = np.float32(random.uniform(0.05, 0.5))
    gains = np.exp(strength * whole[top : top + height, left : left + width])
    return np.asarray(gains, np.float32)


def draw_backdrop(
    size: tuple[int, int], random: np.random.Generator, like: Float32Array | None = None
) -> Backdrop:
    """Draw a backdrop: tint, sweep of light, grain, perhaps a floor, now and then a pattern.

    Args:
        size: (height, width), pixels.
        random: source of every choice.
        like: RGB, 0 to 1, of the garment to come: now and then the paper has nearly its colour.
    """
    height, width = size
    pale = random.random() < 0.6
    tint = random.uniform(0.7, 1.0, 3) if pale else random.uniform(0.03, 0.9, 3)
    if random.random() < 0.6:
        tint = np.full(3, tint.mean()) + random.normal(0, 0.02, 3)
    if like is not None and random.random() < LIKE_GARMENT_SHARE:
        tint = like * np.exp(random.normal(0, 0.1, 3))
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    across = (x / width - random.uniform(0, 1)) ** 2
    down = (y / height - random.uniform(0, 1)) ** 2
    light = 1 - np.float32(random.uniform(0, 0.5)) * across
    light = light - np.float32(random.uniform(0, 0.5)) * down
    if random.random() < 0.3:  # where wall and floor meet
        floor = round(height * random.uniform(0.6, 0.95))
        light[floor:] *= np.float32(random.uniform(0.75, 1.15))
    coarse = random.normal(0, 1, (max(2, height // 16), max(2, width // 16))).astype(np.float32)
    texture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    light *= 1 + np.float32(random.uniform(0, 0.05)) * texture
    picture = light[..., None] * (255 * tint).astype(np.float32)
    if random.random() < PATTERNED_SHARE:
        picture = picture * _draw_pattern(size, random)
    return Backdrop(np.clip(picture, 0, 255).astype(np.uint8), None)


def _choose_place(
    garment_size: tuple[int, int], backdrop: Backdrop, kind: str, random: np.random.Generator
) -> tuple[float, float, float]:
    """Choose (scale, left, top) of a garment of (height, width) on the backdrop."""
    garment_height, garment_width = garment_size
    height, width = backdrop.picture.shape[:2]
    if backdrop.form_bbox is None:
        scale = random.uniform(0.45, 1.1) * min(height / garment_height, width / garment_width)
        left = random.uniform(0, 1) * (width - garment_width * scale)
        top = random.uniform(0, 1) * (height - garment_height * scale)
        return scale, left, top
    form_left, form_top, form_width, form_height = backdrop.form_bbox
    lower = kind.lower() in LOWER_KINDS
    reach = random.uniform(0.75, 1.15) if lower else random.uniform(0.95, 1.7)
    scale = reach * form_width / garment_width
    scale = min(scale, 1.1 * form_height / garment_height)
    drop = random.uniform(0.3, 0.6) if lower else random.uniform(0.05, 0.25)
    centre = form_left + form_width / 2 + random.normal(0, 0.03) * form_width
    return scale, centre - garment_width * scale / 2, form_top + drop * form_height


def paste(
    picture: UInt8Array,
    mask: UInt8Array,
    backdrop: Backdrop,
    *,
    kind: str,
    random: np.random.Generator,
) -> tuple[UInt8Array, UInt8Array]:
    """Lay the garment of one picture onto a backdrop.

    Args:
        picture: uint8 (height, width, 3), RGB.
        mask: uint8 (height, width), its garment.
        backdrop: where it goes.
        kind: what the garment is; trousers hang lower than shirts.
        random: source of every choice.

    Returns:
        Picture and mask in the backdrop's size.
    """
    left, top, width, height = cv2.boundingRect((mask >= 128).astype(np.uint8))
    if width < 8 or height < 8:
        return picture, mask
    garment = picture[top : top + height, left : left + width]
    # One pixel inside the mask's edge: the old background must not remain as a rim.
    inner = np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)), np.uint8)
    alpha = inner[top : top + height, left : left + width]
    scale, x, y = _choose_place((height, width), backdrop, kind, random)
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    if scale < 1:
        garment, alpha, matrix = shrink_for_warp(garment, alpha, matrix, scale)
    rows, columns = backdrop.picture.shape[:2]
    where = (columns, rows)
    laid = cv2.warpAffine(
        garment, matrix, where, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    laid_alpha = cv2.warpAffine(alpha, matrix, where, flags=cv2.INTER_LINEAR)
    share = cv2.GaussianBlur(laid_alpha, (0, 0), random.uniform(0.4, 0.9)).astype(np.float32) / 255
    ground = backdrop.picture.astype(np.float32)
    if random.random() < 0.7:  # the garment's own soft shadow
        cast = cv2.GaussianBlur(share, (0, 0), random.uniform(3, 12))
        offset = random.normal(0, 4, 2)
        shifted = cv2.warpAffine(cast, np.array([[1, 0, offset[0]], [0, 1, offset[1]]]), where)
        ground = ground * (1 - random.uniform(0.1, 0.5) * shifted[..., None])
    gain = np.exp(random.normal(0, 0.15))
    mixed = ground * (1 - share[..., None]) + laid * gain * share[..., None]
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8), (share * 255 + 0.5).astype(np.uint8)
