"""From linear light to the JPEG a camera would write."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from train.studio.field import Floats
from train.studio.scene import ExposurePlan

Bytes = npt.NDArray[np.uint8]


def develop(linear: Floats, plan: ExposurePlan) -> Bytes:
    """Expose, balance, add noise and vignette, and apply a tone curve.

    Args:
        linear: (H, W, 3) scene-linear light, 1 is diffuse white.
        plan: the camera's settings for this picture.

    Returns:
        (H, W, 3) 8-bit sRGB.
    """
    height, width = linear.shape[:2]
    rng = np.random.default_rng([plan.seed, 41])
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall = 1 - plan.vignette * (x**2 + y**2) / 2
    light = np.maximum(linear, 0) * 2**plan.stops * np.array(plan.gains) * fall[..., None]
    grain = rng.standard_normal(light.shape)
    light = light + grain * np.sqrt(plan.read_noise**2 + plan.shot_noise**2 * np.minimum(light, 1))
    light = np.maximum(light, 0)
    # A shoulder above 0.8, so that highlights roll off instead of clipping.
    light = np.where(light > 0.8, 0.8 + 0.2 * (1 - np.exp(-(light - 0.8) / 0.2)), light)
    encoded = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    curve = encoded * encoded * (3 - 2 * encoded)
    mixed = encoded + plan.contrast * 0.5 * (curve - encoded)
    result: Bytes = np.clip(mixed * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


def encode_jpeg(picture: Bytes, quality: int = 92) -> bytes:
    """JPEG bytes without chroma subsampling."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def encode_png(picture: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    """PNG bytes of an 8- or 16-bit picture."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
