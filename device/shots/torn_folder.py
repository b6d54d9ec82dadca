"""Where what is no whole shot is put aside, for a person to look at."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from device.contract.text import format_count
from device.system.state_file import put_aside

_LOG = logging.getLogger(__name__)


class TornFolder:
    """The folder ``torn/``. Nothing in it is ever sent or deleted."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it is missing, and count what lies in it.

        Raises:
            OSError: it cannot be made.
        """
        if folder.is_file():
            put_aside(folder, "it is no folder")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = 0
        self.recount()

    @property
    def count(self) -> int:
        """How many files and folders lie in it."""
        return self._count

    @property
    def trouble(self) -> str | None:
        """How much lies in it, for people; None while nothing does."""
        if not self._count:
            return None
        shots = format_count(self._count, "torn shot")
        verb = "lies" if self._count == 1 else "lie"
        return f"{shots} {verb} in {self._folder}: look at what is there, then delete it"

    def recount(self) -> None:
        """Count again: somebody may have cleared it up."""
        try:
            self._count = sum(1 for _ in self._folder.iterdir())
        except OSError:
            _LOG.debug("%s cannot be listed", self._folder, exc_info=True)

    def take(self, path: Path, name: str, reason: str) -> None:
        """Move what is no whole shot into the folder; where that fails, it stays.

        Args:
            path: file or folder.
            name: its name there; a number is added where that is taken.
            reason: for the log.
        """
        try:
            target, number = self._folder / name, 1
            while os.path.lexists(target):
                target = self._folder / f"{name}.{number}"
                number += 1
            path.rename(target)
        except OSError as error:
            _LOG.warning("%s cannot be put aside (%s); %s", path, error.strerror, reason)
            return
        self._count += 1
        _LOG.warning("%s was put aside in %s: %s", path.name, self._folder, reason)
