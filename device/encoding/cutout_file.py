"""A cutout as a picture file: PNG, WebP or JPEG, or its alpha alone."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from device.encoding.layout import arrange, estimate_bytes, lay_on
from device.encoding.png import PngEncoding, encode_png
from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from device.imaging.memory_check import refuse_too_large
from device.imaging.picture_error import PictureError
from device.pipeline.cutout import Cutout
from device.settings.output import LONGEST_PX, OutputSettings

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
    """Encode the garment as a picture file.

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
    return CutoutEncoding(cutout, settings).finish(metadata)


def encode_alpha(
    cutout: Cutout,
    metadata: Mapping[str, Any] | None = None,
    settings: OutputSettings = AS_FRAMED,
) -> bytes:
    """Encode the mask alone as an 8-bit greyscale PNG, laid out alike: 0 none, 255 garment."""
    alpha = cutout.mask.alpha
    if settings != AS_FRAMED:
        transparent = replace(settings, background="transparent")
        alpha = np.ascontiguousarray(arrange(cutout, transparent)[:, :, 3])
    return encode_png(alpha, texts=_format_texts(metadata))


class CutoutEncoding:
    """A cutout on its way to a picture file, see `encode_cutout`: begun here, ended by `finish`.

    In between the other cores pack a PNG's first rows, and the owner may do something else.
    """

    def __init__(self, cutout: Cutout, settings: OutputSettings = AS_FRAMED) -> None:
        """Begin.

        Args:
            cutout: frame and mask.
            settings: layout, format and quality.

        Raises:
            PictureError: the format has no pictures of this size.
        """
        self._icc_profile = cutout.frame.icc_profile
        self._settings = settings
        self._png: PngEncoding | None = None
        if settings == AS_FRAMED:
            shape = (cutout.frame.height_px, cutout.frame.width_px, 4)
            self._png = PngEncoding(shape, RgbaRows(cutout).compute_strip)
            return
        refuse_too_large(
            cutout.frame.source,
            (cutout.frame.width_px, cutout.frame.height_px),
            estimate_bytes(cutout, settings),
        )
        picture = arrange(cutout, settings)
        _refuse_too_long(cutout, picture.shape[1], picture.shape[0], settings.format)
        if settings.format == "png":
            height, width, channels = picture.shape
            self._png = PngEncoding(
                (height, width, channels), lambda top, bottom: (0, picture[top:bottom])
            )
        elif settings.format == "jpeg":
            # JPEG has no alpha; what is not garment is white unless another ground was asked for.
            picture = lay_on(picture, "#ffffff")[:, :, :3]
        self._picture = picture

    def finish(self, metadata: Mapping[str, Any] | None = None) -> bytes:
        """Encode what is left.

        Args:
            metadata: what to write into the file, see `encode_cutout`.

        Returns:
            The file's bytes.
        """
        if self._png is None:
            return _encode_by_pillow(self._picture, self._icc_profile, metadata, self._settings)
        return self._png.finish(icc_profile=self._icc_profile, texts=_format_texts(metadata))


def _refuse_too_long(cutout: Cutout, width_px: int, height_px: int, name: str) -> None:
    limit_px = LONGEST_PX.get(name)
    if limit_px is not None and max(width_px, height_px) > limit_px:
        raise PictureError(
            f"{cutout.frame.source} becomes a picture of {width_px}×{height_px} pixels, and"
            f" {name} ends at {limit_px} a side: ask for the format png, or for a longest_px of"
            f" {limit_px}"
        )


def _format_texts(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    texts = {"Software": "Selvedge"}
    if metadata is not None:
        texts[METADATA_KEY] = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
    return texts


def _encode_by_pillow(
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
