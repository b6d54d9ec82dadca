"""SKU and view: from file names, and from codes held into the picture."""

from __future__ import annotations

import random
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.capture.code_reader import CodeReader
from device.contract.garment_tag import UNTAGGED, GarmentTag, name_pattern, parse_code, parse_name
from device.errors import UsageError
from device.imaging.frame import Frame, UInt8Array
from tests.support.pictures import make_frame, noise

STANDARD = "{sku}_{view}_{number}"


@pytest.mark.parametrize(
    ("stem", "sku", "view"),
    [
        ("4711", "4711", None),
        ("4711_front", "4711", "front"),
        ("4711_front_0003", "4711", "front"),
        ("4711_0003", "4711", None),
        ("AB-12.x_back-left", "AB-12.x", "back-left"),
        ("4711_front (2)", "4711", "front"),
        ("4711_front - Copy", "4711", "front"),
        ("IMG_0001", None, None),
        ("_DSC1234", None, None),
        ("DSCF0001", None, None),
        ("two words", None, None),
        ("x" * 65, None, None),
        ("..", None, None),
    ],
)
def test_file_names_say_what_they_show(stem: str, sku: str | None, view: str | None) -> None:
    """SKU, view and a number by which they are told apart; a camera's own counter says nothing."""
    assert parse_name(stem, STANDARD) == GarmentTag(sku, view)


def test_pattern_is_the_studios_own() -> None:
    """Another order and other text between are read; an empty pattern reads nothing."""
    assert parse_name("front#4711", "{view}#{sku}") == GarmentTag("4711", "front")
    assert parse_name("4711_front", "") == UNTAGGED


@pytest.mark.parametrize("pattern", ["{sku}{view}", "{colour}", "{view}", "{sku}_{sku}", 7])
def test_impossible_pattern_is_refused(pattern: object) -> None:
    """A pattern that could not be read is wrong configuration."""
    with pytest.raises((ValueError, UsageError)):
        name_pattern()(pattern)


def test_no_name_and_no_code_gives_an_unsafe_tag() -> None:
    """Ten thousand random names and codes give names that are safe in topics and files, or none."""
    chance = random.Random(2)  # noqa: S311 - a repeatable fuzz, no secret
    letters = [
        "a",
        "7",
        "_",
        "-",
        ".",
        "/",
        "+",
        "#",
        "\0",
        "\n",
        " ",
        "ä",
        "front",
        "(1)",
        "\ud800",
    ]
    for _ in range(10_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(0, 12)))
        for tag in (parse_name(text, STANDARD), parse_code(text) or UNTAGGED):
            for name in (tag.sku, tag.view):
                assert name is None or not set(name) & set("/+#\0\n \ud800")


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
    codes.look(_with_code("4711/front", 10))
    assert (codes.tag, codes.shown) == (GarmentTag("4711", "front"), True)
    codes.look(_bare(15))
    assert (codes.tag, codes.shown) == (GarmentTag("4711", "front"), False)
    codes.look(_with_code("4712", 20))
    assert codes.tag == GarmentTag("4712")
    codes.look(_with_code("https://shop.example/4713", 30))
    assert codes.tag == GarmentTag("4712")
    codes.look(_bare(100))
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
    codes.look(replace(make_frame(seen), monotonic_s=1))
    assert codes.tag == GarmentTag("4006381333931")
