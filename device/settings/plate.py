"""Settings of the bare plate, the picture of the set with nothing worn."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import yes_or_no


@dataclass(frozen=True, slots=True)
class PlateSettings:
    """What a rig does with the picture of its undressed set."""

    acts: bool = declare(
        yes_or_no(),
        "take out of the mask what certainly looks as it did with nothing worn: mannequin and"
        " props; otherwise `mannequin-leak` reports all of it",
        default=True,
    )
    bare_at_start: bool = declare(
        yes_or_no(),
        "take the first scene at rest, within three seconds of the first picture, for the"
        " undressed set though the model finds a garment in it, as it may in a busy room; false"
        " where the rig often starts with half an outfit on the form",
        default=True,
    )
