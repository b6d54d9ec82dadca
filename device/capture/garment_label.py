"""The label that was held into the picture last, and which shots it names."""

from __future__ import annotations

import logging
from collections.abc import Callable

from device.capture.code_reader import CodeReader
from device.capture.garment_colours import GarmentColours
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.imaging.frame import Frame
from device.settings.config import Config

_LOG = logging.getLogger(__name__)


class GarmentLabel:
    """Names the garment of each shot: that of the next, as long as it hangs there.

    A label is used up when the set is bare after a shot that it named, or when a garment in other
    colours hangs there: a label that somebody forgot to change names no second garment. For a
    session it goes on until another is shown. Used on the shooting thread only.
    """

    def __init__(
        self, reader: CodeReader, *, for_session: bool, garment_share: float, bare_s: float
    ) -> None:
        """Start without a label.

        Args:
            reader: finds the codes.
            for_session: whether a label goes on until another is shown.
            garment_share: share of the frame below which the set is bare.
            bare_s: for how long it must be.
        """
        self._reader = reader
        self._for_session = for_session
        self._garment_share = garment_share
        self._bare_s = bare_s
        self._bare_since_s: float | None = None
        self._showings = 0
        # What hung there when the label named a shot first.
        self._is_used = False
        self._colours: GarmentColours | None = None
        self._used_up: GarmentTag | None = None

    @property
    def is_code_visible(self) -> bool:
        """Whether a label is held into the picture, which then shows more than a garment."""
        return self._reader.is_code_visible

    @property
    def showings(self) -> int:
        """How many times a label has come into the picture."""
        return self._showings

    def watch(self, frame: Frame, garment_share: float | None) -> None:
        """Look for a label in a frame, and at whether anything is worn.

        Args:
            frame: the picture.
            garment_share: share of it that is garment; None where nobody knows yet.
        """
        before = (self._reader.tag, self._reader.is_code_visible, self._reader.last_seen_s)
        self._reader.scan(frame)
        # While it stays in the picture, a label is still the one that was shown.
        shown_anew = before[:2] != (self._reader.tag, True)
        if self._reader.last_seen_s != before[2] and shown_anew:
            self._is_used, self._colours, self._used_up = False, None, None
            self._showings += 1
        self._watch_for_bareness(frame.monotonic_s, garment_share)

    def choose_tag(self, measure_colours: Callable[[], GarmentColours | None]) -> GarmentTag:
        """Return what names the garment that is about to be shot.

        Args:
            measure_colours: of that garment; called only where it matters.
        """
        if self._is_used and not self._for_session and self._reader.tag != UNTAGGED:
            colours = measure_colours()
            if colours and self._colours and not colours.is_same(self._colours):
                self._use_up("another garment hangs there")
        if self._used_up is not None:
            _LOG.warning(
                "a garment is shot without SKU: the label shown last, %s, named the one before;"
                ' show the next, or set sku_codes_for = "session"',
                self._used_up.sku,
            )
        return self._reader.tag

    def note_shot(
        self, garment_share: float | None, measure_colours: Callable[[], GarmentColours | None]
    ) -> None:
        """Note that a shot was taken under the label, if there is one.

        Args:
            garment_share: share of the frame that was garment.
            measure_colours: as in `choose_tag`.
        """
        worn = garment_share is not None and garment_share >= self._garment_share
        if self._reader.tag != UNTAGGED and worn and not self._is_used:
            self._is_used, self._colours = True, measure_colours()

    def _watch_for_bareness(self, now_s: float, garment_share: float | None) -> None:
        if garment_share is None or garment_share >= self._garment_share:
            self._bare_since_s = None
        elif self._bare_since_s is None:
            self._bare_since_s = now_s
        elif now_s - self._bare_since_s >= self._bare_s and self._is_used:
            self._use_up("the set was bare")

    def _use_up(self, why: str) -> None:
        tag = self._reader.tag
        if self._for_session or tag == UNTAGGED:
            return
        _LOG.info("the label for SKU %s is used up: %s", tag.sku, why)
        self._used_up, self._is_used, self._colours = tag, False, None
        self._reader.forget()


def open_garment_label(config: Config) -> GarmentLabel | None:
    """Return what names garments by labels, or None if the settings ask for none."""
    if not config.sku_codes:
        return None
    return GarmentLabel(
        CodeReader(config.sku_codes_last_s),
        for_session=config.sku_codes_for == "session",
        garment_share=config.still.garment_share,
        bare_s=config.still.settle_s / 2,
    )
