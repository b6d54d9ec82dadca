"""A cutout as a picture file: PNG, WebP or JPEG, alpha alone, small JPEG preview."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from PIL import Image

from device.arrangement import arrange, laid_on
from device.frame import Cutout, UInt8Array
from device.output import OutputSettings
from device.png import encode_png

METADATA_KEY = "selvedge"
"""Keyword of the PNG's iTXt chunk that holds the metadata as JSON."""
AS_FRAMED = OutputSettings()
_DESCRIPTION, _SOFTWARE = 0x010E, 0x0131
"""Exif tags (CIPA DC-008, 4.6.4)."""
_WEBP_EFFORT = 0
"""Measured: of the WebP encoder's efforts 0 to 6 the higher take twice to ten times as long."""


def encode_cutout(
    cutout: Cutout,
    metadata: Mapping[str, Any] | None = None,
    settings: OutputSettings = AS_FRAMED,
) -> bytes:
    """The garment as a picture file.

    Alpha is straight (not premultiplied). Inside the garment the colours are the frame's own, bit
    for bit (as far as ``settings`` do not scale them); in its soft edge they are the garment's,
    without what shines through. Where alpha is 0 they are black, which hides the set.

    Args:
        cutout: frame and mask.
        metadata: what to write into the file as JSON: in PNG under `METADATA_KEY`, in WebP and
            JPEG as the Exif image description.
        settings: layout, format and quality.

    Returns:
        The file's bytes, with the frame's ICC profile.
    """
    picture = arrange(cutout, settings)
    profile = cutout.frame.icc_profile
    if settings.format == "png":
        return _png(picture, profile, metadata)
    if settings.format == "jpeg":
        # JPEG has no alpha; what is not garment is white unless another ground was asked for.
        return _saved(laid_on(picture, "#ffffff")[:, :, :3], profile, metadata, settings)
    return _saved(picture, profile, metadata, settings)


def encode_alpha(
    cutout: Cutout,
    metadata: Mapping[str, Any] | None = None,
    settings: OutputSettings = AS_FRAMED,
) -> bytes:
    """The mask alone as an 8-bit greyscale PNG, laid out alike: 0 none, 255 garment."""
    alpha = cutout.mask.alpha
    if settings != AS_FRAMED:
        transparent = replace(settings, background="transparent")
        alpha = np.ascontiguousarray(arrange(cutout, transparent)[:, :, 3])
    return _png(alpha, None, metadata)


def encode_preview(cutout: Cutout, *, longest_px: int = 640, quality: int = 80) -> bytes:
    """A small JPEG for people: the frame with everything but the garment greyed and tinted.

    Args:
        cutout: frame and mask.
        longest_px: the longer side is shrunk to this, never enlarged.
        quality: JPEG quality, 1 to 100.

    Returns:
        The file's bytes.
    """
    frame = cutout.frame
    scale = min(1.0, longest_px / max(frame.height_px, frame.width_px))
    size = (max(1, round(frame.width_px * scale)), max(1, round(frame.height_px * scale)))
    picture = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cutout.mask.alpha, size, interpolation=cv2.INTER_AREA)
    if frame.colour_order == "RGB":
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    dimmed = cv2.addWeighted(picture, 0.3, np.full_like(picture, (96, 32, 96)), 0.7, 0)
    share = cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR)
    drawn = cv2.add(
        cv2.multiply(picture, share, scale=1 / 255),
        cv2.multiply(dimmed, cv2.bitwise_not(share), scale=1 / 255),
    )
    edges, _ = cv2.findContours(
        cv2.threshold(alpha, 127, 255, cv2.THRESH_BINARY)[1],
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_SIMPLE,
    )
    cv2.drawContours(drawn, edges, -1, (80, 255, 80), 1, cv2.LINE_AA)
    _, data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _png(
    pixels: UInt8Array, icc_profile: bytes | None, metadata: Mapping[str, Any] | None
) -> bytes:
    texts = {"Software": "Selvedge"}
    if metadata is not None:
        texts[METADATA_KEY] = _json(metadata)
    return encode_png(np.ascontiguousarray(pixels), icc_profile=icc_profile, texts=texts)


def _saved(
    pixels: UInt8Array,
    icc_profile: bytes | None,
    metadata: Mapping[str, Any] | None,
    settings: OutputSettings,
) -> bytes:
    exif = Image.Exif()
    exif[_SOFTWARE] = "Selvedge"
    if metadata is not None:
        exif[_DESCRIPTION] = json.dumps(metadata, sort_keys=True)  # Exif texts are ASCII.
    options: dict[str, Any] = {"quality": settings.quality, "exif": exif}
    if icc_profile is not None:
        options["icc_profile"] = icc_profile
    if settings.format == "webp":
        # Exact: what is transparent stays black instead of whatever packs best.
        options |= {"lossless": settings.quality == 100, "method": _WEBP_EFFORT, "exact": True}
    else:
        options |= {"subsampling": 0}
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(data, settings.format.upper(), **options)
    return data.getvalue()


def _json(metadata: Mapping[str, Any]) -> str:
    return json.dumps(metadata, ensure_ascii=False, sort_keys=True)
