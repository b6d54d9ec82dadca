"""QR codes and barcodes in a picture, by zxing-cpp: the only file that knows it."""

from __future__ import annotations

from device.imaging.arrays import UInt8Array


class ZxingDecoder:
    """Decodes QR codes, EAN-13, EAN-8, UPC-A and Code 128, upright or on their side."""

    def __init__(self) -> None:
        """Load the library.

        Raises:
            ImportError: it is not installed.
        """
        import zxingcpp  # noqa: PLC0415 - an SDK

        kinds = zxingcpp.BarcodeFormat
        # UPC-A is an EAN-13 that begins with 0. What is not here is not looked for: UPC-E and
        # ITF are short, and pass for stripes of cloth more often.
        wanted = [kinds.QRCode, kinds.EAN13, kinds.EAN8, kinds.Code128]
        self._formats = zxingcpp.BarcodeFormats(wanted)
        self._read = zxingcpp.read_barcodes
        self._ean13, self._qr = kinds.EAN13, kinds.QRCode

    def decode(self, grey: UInt8Array) -> list[str]:
        """Return the texts of all codes, QR codes first.

        Args:
            grey: uint8 (height, width).
        """
        codes = sorted(self._read(grey, self._formats), key=lambda code: code.format != self._qr)
        texts = []
        for code in codes:
            try:
                text = str(code.text)
            except UnicodeDecodeError:  # Bytes that are no text, such as a QR code's Kanji.
                continue
            # Printed and typed as twelve digits.
            is_upc = code.format == self._ean13 and text.startswith("0")
            texts.append(text[1:] if is_upc else text)
        return texts
