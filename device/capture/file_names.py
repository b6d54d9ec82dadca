"""The SKUs that a hot folder's files have in their names."""

from __future__ import annotations

import logging

from device.contract.garment_tag import GarmentTag, is_counted, parse_name
from device.contract.text import strip_unprintable

_LOG = logging.getLogger(__name__)


class FileNames:
    """Reads names, and reports the first that gives no SKU though somebody wrote it."""

    def __init__(self, pattern: str) -> None:
        """Read nothing yet.

        Args:
            pattern: see `device.contract.garment_tag.parse_name`.
        """
        self._pattern = pattern
        self._reported = False

    def read(self, stem: str) -> GarmentTag:
        """Return what a file's name says, given without its suffix."""
        tag = parse_name(stem, self._pattern)
        if tag.sku is None and self._pattern and not self._reported and not is_counted(stem):
            self._reported = True
            _LOG.warning(
                'the file name "%s" gives no SKU by file_names = "%s", and so may others: rename'
                " them with A-Z, a-z, 0-9, dot, underscore and hyphen, or write {sku:any} for"
                " {sku}",
                strip_unprintable(stem, 80),
                self._pattern,
            )
        return tag
