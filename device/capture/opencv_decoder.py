"""QR codes and barcodes in a picture, by OpenCV: for machines without zxing-cpp."""

from __future__ import annotations

import cv2

from device.imaging.arrays import UInt8Array


class OpencvDecoder:
    """Decodes QR codes, EAN-13, EAN-8 and UPC-A."""

    def __init__(self) -> None:
        self._detectors = (cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector())

    def decode(self, grey: UInt8Array) -> list[str]:
        """Return the texts of all codes, QR codes first.

        Args:
            grey: uint8 (height, width).
        """
        found: list[str] = []
        for detector in self._detectors:
            try:
                _, texts, *_ = detector.detectAndDecodeMulti(grey)
            except (cv2.error, UnicodeDecodeError):
                # The detectors fail on some shapes of noise, and their Python side on bytes that
                # are no UTF-8, such as a QR code with Kanji.
                continue
            found += [text for text in texts if text]
        return found
