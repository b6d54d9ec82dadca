"""What names a shot where neither a request nor a photo's own file does: people and the list."""

from __future__ import annotations

from dataclasses import dataclass, field

from device.capture.selection import Selection
from device.contract.garment_tag import GarmentTag
from device.shot_list.shot_list import ShotList


@dataclass(frozen=True, slots=True)
class Naming:
    """Puts together what is known of the garment of a shot. For any thread.

    Attributes:
        selection: what the operator has selected.
        shot_list: what is to be shot; None for no list.
    """

    selection: Selection = field(default_factory=Selection)
    shot_list: ShotList | None = None

    def name_photo(self, name: GarmentTag) -> GarmentTag:
        """Return what names a photo, of what its file's name says."""
        return self._complete(self.selection.fill(name))

    def name_shot(self, label: GarmentTag) -> GarmentTag:
        """Return what names a shot of a stream, of what the label says that was shown last."""
        return self._complete(self.selection.outrank(label))

    def _complete(self, tag: GarmentTag) -> GarmentTag:
        return tag if self.shot_list is None else self.shot_list.complete(tag)
