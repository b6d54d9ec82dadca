"""QR codes and barcodes held into the picture."""

from __future__ import annotations

import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp

from device.capture import code_reader
from device.capture.code_reader import CodeReader, Decoder, open_decoder
from device.capture.opencv_decoder import OpencvDecoder
from device.capture.zxing_decoder import ZxingDecoder
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


def _draw(code: str | bytes, kind: str) -> UInt8Array:
    """A label with a code, in a grey picture, as a lens draws it."""
    label = zxingcpp.create_barcode(code, getattr(zxingcpp.BarcodeFormat, kind))
    modules = np.asarray(label.to_image(scale=4), np.uint8)
    padded = np.pad(np.pad(modules, 40, constant_values=255), 60, constant_values=170)
    return np.asarray(cv2.GaussianBlur(padded, (5, 5), 1), np.uint8)


def _draw_bars(code: str) -> UInt8Array:
    """The bars of a retail code, without the digits below them."""
    drawn = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.EAN13).to_image(scale=1)
    row = np.asarray(drawn, np.uint8)[0].repeat(4)
    label = np.pad(np.tile(row, (160, 1)), 40, constant_values=255)
    padded = np.pad(label, 60, constant_values=170)
    return np.asarray(cv2.GaussianBlur(padded, (5, 5), 1), np.uint8)


@pytest.fixture(name="decoder", params=[ZxingDecoder, OpencvDecoder])
def _decoder(request: pytest.FixtureRequest) -> Decoder:
    made: Decoder = request.param()
    return made


def test_barcode_is_read_too() -> None:
    """The EAN-13 of a hang tag is the SKU."""
    grey = _draw_bars("4006381333931")
    codes = CodeReader(lasts_s=60)
    codes.scan(replace(make_frame(np.dstack([grey] * 3)), monotonic_s=1))
    assert codes.tag == GarmentTag("4006381333931")


@pytest.mark.parametrize(
    ("code", "sku"),
    [("4006381333931", "4006381333931"), ("0036000291452", "036000291452")],
)
def test_retail_codes_are_read_as_they_are_printed(decoder: Decoder, code: str, sku: str) -> None:
    """An EAN-13 has thirteen digits and a UPC-A twelve, whichever library reads them."""
    assert decoder.decode(_draw_bars(code)) == [sku]


def test_qr_code_is_read(decoder: Decoder) -> None:
    """Either library reads a QR code with SKU and view."""
    assert decoder.decode(_draw("4711/front", "QRCode")) == ["4711/front"]


def test_code_128_is_read() -> None:
    """The letters and digits that warehouses print as Code 128 are a SKU."""
    assert ZxingDecoder().decode(_draw("SKU-4711", "Code128")) == ["SKU-4711"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\x81", "花柄シャツ".encode("shift_jis"), b"gr\xf6\xdfe", b"\x00" * 20]
)
@pytest.mark.parametrize("kind", [ZxingDecoder, OpencvDecoder])
def test_a_code_of_any_bytes_is_refused(
    content: bytes, kind: type[Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no UTF-8, Kanji or binary, is no SKU, and does not end the daemon."""
    monkeypatch.setattr(code_reader, "open_decoder", kind)
    codes = CodeReader(lasts_s=60)
    grey = _draw(content, "QRCode")
    codes.scan(replace(make_frame(np.dstack([grey] * 3)), monotonic_s=1))
    assert codes.tag == UNTAGGED
    assert not codes.is_code_visible


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 7)])
def test_pictures_of_any_size_are_scanned(decoder: Decoder, size: tuple[int, int]) -> None:
    """A picture without room for a code has none."""
    assert decoder.decode(np.full(size, 128, np.uint8)) == []


def test_without_zxing_opencv_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where zxing-cpp has no wheel, as on armv7, codes are read all the same."""
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert isinstance(open_decoder(), OpencvDecoder)


def test_a_tilted_barcode_is_read_at_the_next_scan() -> None:
    """zxing-cpp reads bars along rows and columns: every other scan turns the picture halfway."""
    height, width = _draw_bars("4006381333931").shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 40, 0.9)
    grey = cv2.warpAffine(_draw_bars("4006381333931"), turn, (width, height), borderValue=(170,))
    frame = make_frame(np.dstack([np.asarray(grey, np.uint8)] * 3))
    codes = CodeReader(lasts_s=60)
    seen = []
    for second in (1, 2, 3, 4):
        codes.scan(replace(frame, monotonic_s=second))
        seen.append(codes.tag == GarmentTag("4006381333931"))
    assert seen == [False, True, True, True]
    assert codes.is_code_visible  # read on in the same way, not every other time
