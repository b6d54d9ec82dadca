"""QR codes and barcodes held into the picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from device.capture.code_reader import CodeReader
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from tests.support.pictures import make_frame, noise


def _with_code(text: str, second: float) -> Frame:
    """A noisy studio with a QR code held into it."""
    code = np.asarray(cv2.QRCodeEncoder.create().encode(text))
    code = np.asarray(cv2.resize(code, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST))
    code = np.pad(code, 24, constant_values=255)
    picture: UInt8Array = (noise(480, 640) // 8 + 150).astype(np.uint8)
    picture[100 : 100 + code.shape[0], 200 : 200 + code.shape[1]] = code[:, :, None]
    return replace(make_frame(picture), monotonic_s=second)


def _bare(second: float) -> Frame:
    return replace(make_frame((noise(480, 640) // 8 + 150).astype(np.uint8)), monotonic_s=second)


def test_code_goes_for_the_shots_after_it() -> None:
    """A code is read, is not shot while it is shown, and goes until another comes or time is up."""
    codes = CodeReader(lasts_s=60)
    assert codes.tag == UNTAGGED
    codes.scan(_with_code("4711/front", 10))
    assert (codes.tag, codes.is_code_visible) == (GarmentTag("4711", "front"), True)
    codes.scan(_bare(15))
    assert (codes.tag, codes.is_code_visible) == (GarmentTag("4711", "front"), False)
    codes.scan(_with_code("4712", 20))
    assert codes.tag == GarmentTag("4712")
    codes.scan(_with_code("https://shop.example/4713", 30))
    assert codes.tag == GarmentTag("4712")
    codes.scan(_bare(100))
    assert codes.tag == UNTAGGED


# The widths of EAN-13's bars (GS1 General Specifications, 5.2.1): L, G and R codes of each digit.
_L = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011"
_SETS = "LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL"


def _ean13(digits: str) -> UInt8Array:
    odd = _L.split(" ")
    right = ["".join("10"[int(bit)] for bit in code) for code in odd]
    left = {"L": odd, "G": [code[::-1] for code in right]}
    sets = _SETS.split(" ")[int(digits[0])]
    bits = "101" + "".join(
        left[kind][int(digit)] for kind, digit in zip(sets, digits[1:7], strict=True)
    )
    bits += "01010" + "".join(right[int(digit)] for digit in digits[7:]) + "101"
    row = np.array([0 if bit == "1" else 255 for bit in bits], np.uint8).repeat(4)
    return np.pad(np.tile(row, (160, 1)), 40, constant_values=255)


def test_barcode_is_read_too() -> None:
    """The EAN-13 of a hang tag is the SKU."""
    code = _ean13("4006381333931")
    picture = np.full((480, 640, 3), 170, np.uint8)
    picture[100 : 100 + code.shape[0], 60 : 60 + code.shape[1]] = code[:, :, None]
    seen = np.asarray(cv2.GaussianBlur(picture, (5, 5), 1), dtype=np.uint8)  # As a lens draws it.
    codes = CodeReader(lasts_s=60)
    codes.scan(replace(make_frame(seen), monotonic_s=1))
    assert codes.tag == GarmentTag("4006381333931")
