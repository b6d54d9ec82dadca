"""A printed label with one code on it, as a picture seen straight on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import UInt8Array

KINDS = ("QR", "EAN-13", "Code 128")
# Pixels of the label's picture to one module: more than any photograph of it has.
PX_PER_MODULE = 8
# ISO/IEC 18004 and the GS1 General Specifications: the white margin that readers rely on.
_QUIET_MODULES = {"QR": 4, "EAN-13": 11, "Code 128": 10}
_INK, _PAPER = 24, 236  # printed black and white paper, as a camera sees them


@dataclass(frozen=True, slots=True)
class Label:
    """A label.

    Attributes:
        kind: one of `KINDS`.
        text: what the code holds.
        pixels: uint8 (height, width), grey, `PX_PER_MODULE` to a module.
    """

    kind: str
    text: str
    pixels: UInt8Array


@lru_cache(maxsize=32)
def print_label(kind: str, number: int, bar_height_modules: float) -> Label:
    """Print a label.

    Args:
        kind: one of `KINDS`.
        number: of the garment: another one, another text of the same length.
        bar_height_modules: height of a barcode's bars; a QR code is square.

    Raises:
        ImportError: zxing-cpp, which draws the codes, is not installed.
    """
    import zxingcpp  # noqa: PLC0415 - an SDK

    formats = zxingcpp.BarcodeFormat
    text, code_format = {
        "QR": (f"SKU-{number:05d}/front", formats.QRCode),
        "EAN-13": (_append_check_digit(f"40{number:010d}"), formats.EAN13),
        "Code 128": (f"SKU-{number:05d}", formats.Code128),
    }[kind]
    drawn = np.asarray(zxingcpp.create_barcode(text, code_format).to_image(scale=1))
    modules = _crop_white(drawn < 128)
    if kind != "QR":
        rows = max(1, round(bar_height_modules * PX_PER_MODULE))
        modules = np.repeat(modules[len(modules) // 2][None], rows, axis=0)
    down = PX_PER_MODULE if kind == "QR" else 1
    pixels = np.where(modules, _INK, _PAPER).astype(np.uint8)
    pixels = pixels.repeat(down, axis=0).repeat(PX_PER_MODULE, axis=1)
    quiet_px = _QUIET_MODULES[kind] * PX_PER_MODULE
    return Label(kind, text, _add_text(np.pad(pixels, quiet_px, constant_values=_PAPER), text))


def _append_check_digit(digits: str) -> str:
    """Append the check digit of EAN-13 (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _crop_white(modules: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    rows, columns = np.flatnonzero(modules.any(axis=1)), np.flatnonzero(modules.any(axis=0))
    return modules[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _add_text(pixels: UInt8Array, text: str) -> UInt8Array:
    """Write the text in plain letters below the code, as printers do: nothing that is a code."""
    strip = np.full((6 * PX_PER_MODULE, pixels.shape[1]), _PAPER, np.uint8)
    scale = min(1.2, pixels.shape[1] / (20 * len(text)))
    place = (pixels.shape[1] // 20, 4 * PX_PER_MODULE)
    cv2.putText(strip, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (_INK,), 2, cv2.LINE_AA)
    return np.vstack((pixels, strip))
