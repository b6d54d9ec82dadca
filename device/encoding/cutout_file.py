"""A cutout as a picture file: PNG, WebP or JPEG, alpha alone, small JPEG preview."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from device.encoding.layout import arrange, lay_on
from device.encoding.png import encode_png, encode_strips
from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout
from device.settings.output import OutputSettings

Metadata = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None

METADATA_KEY = "selvedge"
"""Keyword of the PNG's iTXt chunk that holds the metadata as JSON."""
AS_FRAMED = OutputSettings()
_DESCRIPTION, _SOFTWARE = 0x010E, 0x0131
"""Exif tags (CIPA DC-008, 4.6.4)."""
_WEBP_EFFORT = 0
"""Measured: of the WebP encoder's efforts 0 to 6 the higher take twice to ten times as long."""


def encode_cutout(
    cutout: Cutout,
    metadata: Metadata = None,
    settings: OutputSettings = AS_FRAMED,
    meanwhile: Callable[[], object] | None = None,
) -> bytes:
    """The garment as a picture file.

    Alpha is straight (not premultiplied). Inside the garment the colours are the frame's own, bit
    for bit (as far as ``settings`` do not scale them); in its soft edge they are the garment's,
    without what shines through. Where alpha is 0 they are black, which hides the set.

    Args:
        cutout: frame and mask.
        metadata: what to write into the file as JSON: in PNG under `METADATA_KEY`, in WebP and
            JPEG as the Exif image description. Or what gives it, asked as late as can be.
        settings: layout, format and quality.
        meanwhile: what else the caller has to do, while the other cores begin.

    Returns:
        The file's bytes, with the frame's ICC profile.
    """
    profile = cutout.frame.icc_profile
    if settings == AS_FRAMED:
        shape = (cutout.frame.height_px, cutout.frame.width_px, 4)
        return encode_strips(
            shape,
            RgbaRows(cutout).strip,
            icc_profile=profile,
            texts=lambda: _texts(_given(metadata)),
            meanwhile=meanwhile,
        )
    picture = arrange(cutout, settings)
    if meanwhile is not None:
        meanwhile()
    if settings.format == "png":
        return _png(picture, profile, _given(metadata))
    if settings.format == "jpeg":
        # JPEG has no alpha; what is not garment is white unless another ground was asked for.
        picture = lay_on(picture, "#ffffff")[:, :, :3]
    return _saved(picture, profile, _given(metadata), settings)


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


def _png(
    pixels: UInt8Array, icc_profile: bytes | None, metadata: Mapping[str, Any] | None
) -> bytes:
    return encode_png(pixels, icc_profile=icc_profile, texts=_texts(metadata))


def _given(metadata: Metadata) -> Mapping[str, Any] | None:
    return metadata() if callable(metadata) else metadata


def _texts(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    texts = {"Software": "Selvedge"}
    if metadata is not None:
        texts[METADATA_KEY] = _json(metadata)
    return texts


def _saved(
    pixels: UInt8Array,
    icc_profile: bytes | None,
    metadata: Mapping[str, Any] | None,
    settings: OutputSettings,
) -> bytes:
    from PIL import Image  # noqa: PLC0415 - a tenth of a start, and a rig writes PNG by itself

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
