"""What a studio does to a picture: framing, light, colour, lens, sensor, compression."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from train.arrays import Float32Array, Float64Array, UInt8Array
from train.inputs.shrinking import shrink_for_warp
from train.network.letterbox import Letterbox

CLOSE_UP_SHARE = 0.2  # of the pictures, with the garment filling the input, as in catalogues
PART_SHARE = 0.3  # of the pictures, with a part of the garment, as in the device's tiles
_MIN_MASK_PX = 8  # a smaller garment, enlarged, would be nothing but blur


def _choose_close_up(
    mask: UInt8Array, fitted: float, size: tuple[int, int], zoom: float, random: np.random.Generator
) -> tuple[float, Float64Array | None]:
    """Choose zoom and centre of a close-up.

    Either the garment fills the input, as in catalogue pictures, or a part of it does, as in the
    tiles that the device infers. Else the zoom stays, and there is no centre.
    """
    kind = random.random()
    left, top, width, height = cv2.boundingRect((mask >= 128).astype(np.uint8))
    if kind >= CLOSE_UP_SHARE + PART_SHARE or min(width, height) < _MIN_MASK_PX:
        return zoom, None
    fills = min(size[0] / height, size[1] / width) / fitted
    if kind < CLOSE_UP_SHARE:
        centre = np.array([left + (width - 1) / 2, top + (height - 1) / 2])
        return min(3.0, fills * float(random.uniform(0.75, 1.5))), centre
    zoom = min(3.0, fills * float(np.exp(random.uniform(math.log(1.2), math.log(2.6)))))
    centre = np.array([left, top]) + random.random(2) * np.array([width - 1, height - 1])
    # The device's tiles never reach beyond the frame, where it is large enough.
    half = np.minimum(np.array(size[::-1]) / (fitted * zoom), mask.shape[::-1]) / 2
    return zoom, np.clip(centre, half - 0.5, np.array(mask.shape[::-1]) - 0.5 - half)


def frame_randomly(
    picture: UInt8Array,
    mask: UInt8Array,
    *,
    size: tuple[int, int],
    fill: tuple[int, int, int],
    random: np.random.Generator,
) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
    """Scale, turn, shift and mirror a picture into the model's input.

    The starting point is the letterbox of inference; close-ups and distant garments lie around
    it. Outside the picture is letterbox fill and no garment.

    Args:
        picture: uint8 (height, width, 3), RGB.
        mask: uint8 (height, width).
        size: (height, width) of the result, pixels.
        fill: RGB of the letterbox.
        random: source of every choice.

    Returns:
        Picture, mask and, where the picture does not reach, letterbox: 0 there, else 255.
    """
    box = Letterbox.fit((picture.shape[0], picture.shape[1]), size)
    fitted = box.content_height_px / box.frame_height_px
    plain = random.random() < 0.15  # exactly as the device feeds its frames
    zoom = 1.0 if plain else float(np.exp(random.uniform(math.log(0.65), math.log(1.9))))
    focus = None
    if not plain:
        zoom, focus = _choose_close_up(mask, fitted, size, zoom, random)
    angle = 0.0 if plain else math.radians(float(random.normal(0, 5)))
    stretch = 1.0 if plain else float(np.exp(random.normal(0, 0.06)))
    x_scale, y_scale = fitted * zoom * stretch, fitted * zoom / stretch
    if random.random() < 0.5:
        x_scale = -x_scale
    cos, sin = math.cos(angle), math.sin(angle)
    linear = np.array([[cos * x_scale, -sin * y_scale], [sin * x_scale, cos * y_scale]])
    height, width = size
    # Slack between the scaled picture and the input, either way, is where the centre may go.
    slack = np.abs(
        np.array([width, height]) - fitted * zoom * np.array(picture.shape[1::-1], np.float64)
    )
    shift = np.zeros(2) if plain else random.uniform(-0.5, 0.5, 2) * (slack + 8)
    centre = (np.array(picture.shape[1::-1]) - 1) / 2
    if focus is not None:
        centre, shift = focus, random.normal(0, 0.06, 2) * np.array([width, height])
    target = (np.array([width, height]) - 1) / 2 + shift
    matrix = np.hstack([linear, (target - linear @ centre)[:, None]])
    # Without a prior blur a strong shrink aliases, which the letterbox at inference does not.
    shrink = fitted * zoom
    if shrink < 0.6:
        picture, mask, matrix = shrink_for_warp(picture, mask, matrix, shrink)
    warped = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill
    )
    warped_mask = cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_LINEAR)
    inside = np.full(picture.shape[:2], 255, np.uint8)
    reached = cv2.warpAffine(inside, matrix, (width, height), flags=cv2.INTER_NEAREST)
    return (
        np.asarray(warped, np.uint8),
        np.asarray(warped_mask, np.uint8),
        np.asarray(reached, np.uint8),
    )


def _change_light(picture: Float32Array, random: np.random.Generator) -> Float32Array:
    """Change exposure, white balance, contrast and saturation; 0 to 1 in and out, unclipped."""
    gains = np.exp(random.normal(0, 0.22)) * np.exp(random.normal(0, 0.06, 3))
    saturation = np.exp(random.normal(0, 0.25))
    if random.random() < 0.04:
        saturation = 0.0
    contrast = np.exp(random.normal(0, 0.15))
    mean = float((gains * np.array(cv2.mean(picture)[:3])).mean())
    # All four are affine in RGB, so one pass over the pixels does them.
    matrix = contrast * (saturation * np.eye(3) + (1 - saturation) / 3) * gains
    offset = np.full((3, 1), (1 - contrast) * mean)
    return np.asarray(cv2.transform(picture, np.hstack([matrix, offset])), np.float32)


def _darken_one_side(picture: Float32Array, random: np.random.Generator) -> Float32Array:
    """Darken one side smoothly, as a lamp from the other side does."""
    height, width = picture.shape[:2]
    angle = random.uniform(0, 2 * math.pi)
    x = np.arange(width, dtype=np.float32) / width - np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] / height - np.float32(0.5)
    ramp = x * np.float32(math.cos(angle)) + y * np.float32(math.sin(angle))
    edge, softness = random.uniform(-0.3, 0.3), random.uniform(0.02, 0.4)
    lit = 1 / (1 + np.exp((np.float32(edge) - ramp) / np.float32(softness)))
    depth = np.float32(random.uniform(0.15, 0.6))
    return np.asarray(picture * (1 - depth * lit)[..., None], np.float32)


@lru_cache(maxsize=1)
def _draw_noise_sheet() -> Float32Array:
    random = np.random.default_rng(0)
    return random.standard_normal(1 << 21, dtype=np.float32)


def _take_noise(shape: tuple[int, ...], random: np.random.Generator) -> Float32Array:
    """Take normal noise from a sheet at random: drawing it anew is a quarter of all the work."""
    sheet, size = _draw_noise_sheet(), math.prod(shape)
    if size >= sheet.size:
        return random.standard_normal(shape, dtype=np.float32)
    start = int(random.integers(sheet.size - size))
    return sheet[start : start + size].reshape(shape)


def colour_randomly(picture: UInt8Array, random: np.random.Generator) -> UInt8Array:
    """Change light, colour, sharpness and compression; geometry stays.

    Args:
        picture: uint8 (height, width, 3), RGB.
        random: source of every choice.

    Returns:
        A new picture of the same shape.
    """
    light = picture.astype(np.float32) / 255
    if random.random() < 0.9:
        light = _change_light(light, random)
    if random.random() < 0.25:
        light = _darken_one_side(light, random)
    if random.random() < 0.3:
        light = np.power(np.clip(light, 0, 1), np.float32(np.exp(random.normal(0, 0.25))))
    if random.random() < 0.2:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), random.uniform(0.3, 1.3)), np.float32)
    if random.random() < 0.35:
        light = light + _take_noise(light.shape, random) * np.float32(random.uniform(0.005, 0.04))
    result = np.asarray(cv2.convertScaleAbs(np.maximum(light, 0), alpha=255), np.uint8)
    if random.random() < 0.3:
        quality = int(random.integers(25, 95))
        _, encoded = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, quality])
        result = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    return result
