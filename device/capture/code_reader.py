"""QR codes and barcodes held into the picture: which garment comes next."""

from __future__ import annotations

import logging
from typing import Protocol

from device.capture.opencv_decoder import OpencvDecoder
from device.capture.scan_views import view_turned, view_upright
from device.capture.zxing_decoder import ZxingDecoder
from device.contract.garment_tag import UNTAGGED, GarmentTag, parse_code
from device.contract.text import strip_unprintable
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.picture_error import PictureError, name_picture

_LOG = logging.getLogger(__name__)
# Detection takes a core of a Pi for a moment, and a label is held up for a second or two.
_EVERY_S = 0.4
# A hand trembles, and a code is missed once: it counts as visible a little longer.
_LINGERS_S = 1.0


class Decoder(Protocol):
    """Finds codes in a picture."""

    def decode(self, grey: UInt8Array) -> list[str]:
        """Return the texts of all codes in a grey picture, uint8 (height, width)."""
        ...


class CodeReader:
    """Scans frames for codes. The last one names the garment of every shot until the next.

    A code holds ``SKU`` or ``SKU/VIEW``; others, such as a web address, are ignored. Used on the
    shooting thread only.
    """

    def __init__(self, lasts_s: float) -> None:
        """Prepare.

        Args:
            lasts_s: how long a code is valid, in seconds of camera time.
        """
        self._lasts_s = lasts_s
        self._tag = UNTAGGED
        self._scanned_s = float("-inf")
        self._seen_s = float("-inf")
        self._now_s = 0.0
        self._refused: str | None = None
        self._decoder = open_decoder()
        self._is_turned = False

    @property
    def tag(self) -> GarmentTag:
        """The garment of the last code; `UNTAGGED` before the first and when it has expired."""
        return self._tag if self._now_s - self._seen_s <= self._lasts_s else UNTAGGED

    @property
    def last_seen_s(self) -> float:
        """When a code that names a garment was read last, on the camera's clock."""
        return self._seen_s

    def forget(self) -> None:
        """Let the last code name no further garment."""
        self._tag = UNTAGGED

    @property
    def is_code_visible(self) -> bool:
        """Whether a code is held into the picture, which then shows more than a garment."""
        return self._now_s - self._seen_s <= _LINGERS_S

    def scan(self, frame: Frame) -> None:
        """Scan a frame, if the last scan is long enough ago."""
        self._now_s = frame.monotonic_s
        if 0 <= frame.monotonic_s - self._scanned_s < _EVERY_S:
            return
        self._scanned_s = frame.monotonic_s
        texts = self._decode(frame)
        for text in texts:
            self._accept(text)
        # A label that is read is read on in the same way; otherwise the other way is next.
        self._is_turned ^= not texts

    def _decode(self, frame: Frame) -> list[str]:
        """Return the texts of all codes; a label that no decoder can take is no reason to stop."""
        try:
            with name_picture("a code in the picture", "decoded"):
                view = view_turned(frame) if self._is_turned else view_upright(frame)
                return self._decoder.decode(view)
        except PictureError as error:
            if str(error) != self._refused:
                _LOG.warning("%s", error)
            self._refused = str(error)
            return []

    def _accept(self, text: str) -> None:
        tag = parse_code(text)
        if tag is None:
            if text != self._refused:
                _LOG.warning("a code in the picture is no SKU: %s", strip_unprintable(text, 80))
            self._refused = text
            return
        if tag != self.tag:
            _LOG.info("a code says SKU %s%s", tag.sku, f", view {tag.view}" if tag.view else "")
        self._tag, self._seen_s = tag, self._now_s


def open_decoder() -> Decoder:
    """Return zxing-cpp's decoder, or OpenCV's where that is not installed."""
    try:
        return ZxingDecoder()
    except ImportError:
        _LOG.info("zxing-cpp is not installed: OpenCV reads the codes, fewer of them")
        return OpencvDecoder()
