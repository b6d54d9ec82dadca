"""The SKU and view that the operator has selected for the coming shots."""

from __future__ import annotations

import logging
import threading

from device.contract.garment_tag import UNTAGGED, GarmentTag

_LOG = logging.getLogger(__name__)


class Selection:
    """Names the coming shots until something else is selected or a label is shown. For any thread.

    It is in memory alone: after a restart nobody may remember what was selected.
    """

    def __init__(self) -> None:
        """Select nothing."""
        self._lock = threading.Lock()
        self._tag = UNTAGGED

    @property
    def tag(self) -> GarmentTag:
        """What is selected; `UNTAGGED` for nothing."""
        return self._tag

    def select(self, tag: GarmentTag) -> None:
        """Select a garment and its view, or either; `UNTAGGED` ends the selection."""
        with self._lock:
            self._tag = tag
        _LOG.info("selected: SKU %s, view %s", tag.sku or "none", tag.view or "none")

    def give_way(self) -> None:
        """End the selection, as a label was shown after it."""
        with self._lock:
            was, self._tag = self._tag, UNTAGGED
        if was != UNTAGGED:
            _LOG.info("a label was shown: what was selected no longer names the shots")

    def outrank(self, label: GarmentTag) -> GarmentTag:
        """Return what names a shot under a label that was shown before something was selected."""
        selected = self._tag
        if selected.sku is not None:
            return selected
        return GarmentTag(label.sku, selected.view or label.view, label.sku_original)

    def fill(self, name: GarmentTag) -> GarmentTag:
        """Return what names a photo: its file's name, where that says something, goes first."""
        selected = self._tag
        if name.sku is None:
            return GarmentTag(selected.sku, name.view or selected.view)
        if name.view is None and selected.sku in {None, name.sku}:
            return GarmentTag(name.sku, selected.view, name.sku_original)
        return name
