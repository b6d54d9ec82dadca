"""From linear light to the JPEG a camera would write."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from train.arrays import Float64Array, UInt8Array
from train.studio.plans.scene import ExposurePlan


def develop(linear: Float64Array, plan: ExposurePlan, take: int = 0) -> UInt8Array:
    """Expose, balance, add noise and vignette, and apply a tone curve.

    Args:
        linear: (H, W, 3) scene-linear light, 1 is diffuse white.
        plan: the camera's settings for this picture.
        take: of several pictures with these settings; each has its own noise.

    Returns:
        (H, W, 3) 8-bit sRGB.
    """
    height, width = linear.shape[:2]
    rng = np.random.default_rng([plan.seed, 41, take])
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall = 1 - plan.vignette * (x**2 + y**2) / 2
    light = np.maximum(linear, 0) + plan.veil * _pane(plan.seed, height, width)[..., None]
    light = light * 2**plan.stops * np.array(plan.gains) * fall[..., None]
    grain = rng.standard_normal(light.shape)
    light = light + grain * np.sqrt(plan.read_noise**2 + plan.shot_noise**2 * np.minimum(light, 1))
    light = np.maximum(light, 0)
    # A shoulder above 0.8, so that highlights roll off instead of clipping.
    light = np.where(light > 0.8, 0.8 + 0.2 * (1 - np.exp(-(light - 0.8) / 0.2)), light)
    encoded = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    curve = encoded * encoded * (3 - 2 * encoded)
    mixed = encoded + plan.contrast * 0.5 * (curve - encoded)
    if plan.sharpen:
        mixed = mixed + plan.sharpen * (mixed - _soft(mixed, 1.0))
    result: UInt8Array = np.clip(mixed * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


def _pane(seed: int, height: int, width: int) -> Float64Array:
    """What a shop window mirrors: a few soft bright panes, 0..1."""
    rng = np.random.default_rng([seed, 42])
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    pane = np.zeros((height, width))
    for _ in range(3):
        left, top = rng.uniform(-0.4, 0.9, 2)
        wide, high, lean = rng.uniform(0.1, 0.7), rng.uniform(0.2, 1.0), rng.uniform(-0.3, 0.3)
        across = x - left + lean * (y - top)
        inside = (across > 0) & (across < wide) & (y > top) & (y < top + high)
        pane += inside * float(rng.uniform(0.3, 1.0))
    return _soft(pane, 0.008 * max(height, width))


def _soft(picture: Float64Array, sigma_px: float) -> Float64Array:
    """Return a picture blurred by a Gaussian along its first two axes, edges repeated."""
    reach = int(np.ceil(3 * sigma_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if i == axis else (0, 0) for i in range(picture.ndim)]
        wide, length = np.pad(picture, pad, mode="edge"), picture.shape[axis]
        shifted = (np.take(wide, range(i, i + length), axis) for i in range(len(kernel)))
        picture = sum((k * part for k, part in zip(kernel, shifted, strict=True)), np.zeros(()))
    return picture


def encode_jpeg(picture: UInt8Array, quality: int = 92) -> bytes:
    """Return JPEG bytes without chroma subsampling."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def encode_png(picture: UInt8Array | npt.NDArray[np.uint16]) -> bytes:
    """Return PNG bytes of an 8- or 16-bit picture."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
