"""The shots that the rig still has: those that wait, and those of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.contract.shot_id import order_shots, parse_serial
from device.shots.shot_folder import ANNOUNCEMENT, find_picture
from device.shots.spool import Spool
from device.system.state_file import parse_object

# A shot moves from the spool to the archive once; whoever looks meanwhile looks again.
_TRIES = 3
_MOST_LISTED = 256


@dataclass(frozen=True, slots=True)
class KeptShot:
    """A shot on the rig's disk.

    Attributes:
        id: the shot's id.
        announcement: its ``shot.json``.
        picture: the path of its picture; it may be deleted or moved at any time.
    """

    id: str
    announcement: dict[str, Any]
    picture: Path

    @property
    def sku(self) -> str | None:
        """Of the garment, if known."""
        return self._read_text("sku")

    @property
    def view(self) -> str | None:
        """Of the garment, if known."""
        return self._read_text("view")

    def _read_text(self, key: str) -> str | None:
        value = self.announcement.get(key)
        return value if isinstance(value, str) else None


class KeptShots:
    """Finds shots on disk, wherever they lie. For any thread."""

    def __init__(self, spool: Spool) -> None:
        """Look nowhere yet.

        Args:
            spool: with its archive.
        """
        self._spool = spool

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all of them, in the order in which they were taken."""
        found = {*self._spool.archive.shot_ids, *self._spool.shot_ids}
        return tuple(sorted(found, key=order_shots))

    def list_after(self, serial: int) -> list[KeptShot]:
        """Return the shots with a higher number, the latest few hundred, oldest first."""
        newer = [shot_id for shot_id in self.ids if parse_serial(shot_id) > serial]
        found = map(self.find, newer[-_MOST_LISTED:])
        return [shot for shot in found if shot is not None]

    def find(self, shot_id: str) -> KeptShot | None:
        """Return a shot; None where the rig does not have it any more, or cannot read it."""
        for _ in range(_TRIES):
            for place in (self._spool, self._spool.archive):
                if shot_id not in place:
                    continue
                announcement = place.find_file(shot_id, ANNOUNCEMENT)
                try:
                    document = parse_object(announcement.read_bytes())
                    return KeptShot(shot_id, document, find_picture(announcement.parent))
                except (OSError, ValueError):  # It was moved meanwhile, or is damaged.
                    continue
        return None
