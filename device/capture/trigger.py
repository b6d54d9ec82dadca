"""When to take a shot, decided by what each frame shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device.imaging.arrays import UInt8Array
from device.imaging.thumbnail import measure_change
from device.settings.config import Config
from device.settings.still import StillSettings

# So long after the latest movement people see movement, and not yet a scene that settles.
_MOVING_S = 0.25
SOMEBODY = "somebody in the picture"


@dataclass(frozen=True, slots=True)
class View:
    """What a trigger knows of one frame.

    Attributes:
        thumbnail: uint8, a few thousand cells, grey (height, width) or colour (height, width, 3);
            the same shape in every frame of a camera.
        monotonic_s: when the frame was captured.
        garment_share: share of the frame that the latest preview found to be garment; None
            before the first preview.
        is_photo: the frame is a finished photograph out of a folder, not one of a stream.
        person_share: share of the frame that previews of the present scene found to be somebody's
            skin and hair; None where nobody has looked.
    """

    thumbnail: UInt8Array
    monotonic_s: float
    garment_share: float | None
    is_photo: bool = False
    person_share: float | None = None


def _sees_nobody(person_share: float | None) -> bool:  # noqa: ARG001 - the contract's parameter
    return False


class Trigger(Protocol):
    """Decides frame by frame.

    Attributes:
        state: what it waits for since the latest frame, in a few words for people.
    """

    state: str

    def wants(self, view: View) -> bool:
        """Return whether this frame is to be shot."""
        ...

    def note_shot(self, view: View) -> None:
        """Learn that this frame was shot, as this trigger wanted or on command."""
        ...


class StillTrigger:
    """One shot each time the scene has come to rest with another garment in it.

    It arms when the settled scene differs from the one last shot, or when the garment was gone in
    between, so that the same white shirt twice makes two shots. It waits for somebody who stands
    in the picture, but not for ever: whoever does not move at all is a form with a face. Every
    photo of a folder is at rest and is shot.
    """

    def __init__(
        self, settings: StillSettings, shows_somebody: Callable[[float | None], bool] = _sees_nobody
    ) -> None:
        """Wait for the first garment.

        Args:
            settings: when a scene is at rest.
            shows_somebody: whether a `View.person_share` is somebody in the picture.
        """
        self.state = "starting"
        self._settings = settings
        self._shows_somebody = shows_somebody
        self._anchor: View | None = None  # first view of the present rest
        self._shot: UInt8Array | None = None  # how the scene looked when last shot
        self._gone_since_s: float | None = None
        self._armed = True

    def wants(self, view: View) -> bool:
        """Return whether the scene rests, shows a garment, and is not the one last shot."""
        if view.is_photo:
            return True
        self._watch_for_absence(view)
        rested_s = self._measure_rest(view)
        left_s = self._settings.settle_s - rested_s
        if left_s > 0 and rested_s < _MOVING_S:
            self.state = "moving"
        elif view.garment_share is None:
            self.state = "starting"
        elif view.garment_share < self._settings.garment_share:
            self.state = "empty set"
        elif left_s > 0:
            self.state = f"settling {_round_up(left_s)} s"
        elif self._is_the_one_shot(view):
            self.state = "waiting for change"
            # Daylight changes slowly; the scene is still the one shot.
            self._shot = view.thumbnail
        elif -left_s < self._settings.person_wait_s and self._shows_somebody(view.person_share):
            self.state = SOMEBODY
        else:
            self.state = "shooting"
            return True
        return False

    def note_shot(self, view: View) -> None:
        """Wait for the next garment."""
        self._shot = view.thumbnail
        self._armed = False
        self._gone_since_s = None

    def _is_the_one_shot(self, view: View) -> bool:
        if self._armed or self._shot is None:
            return False
        return measure_change(self._shot, view.thumbnail) <= self._settings.change_share

    def _measure_rest(self, view: View) -> float:
        """Return for how many seconds nothing has moved."""
        anchor = self._anchor
        # Compared with the first frame of the rest, so that slow movement adds up and is seen.
        if (
            anchor is None
            or view.monotonic_s < anchor.monotonic_s
            or measure_change(anchor.thumbnail, view.thumbnail) > self._settings.motion_share
        ):
            self._anchor = view
            return 0.0
        return view.monotonic_s - anchor.monotonic_s

    def _watch_for_absence(self, view: View) -> None:
        if view.garment_share is None or view.garment_share >= self._settings.garment_share:
            self._gone_since_s = None
        elif self._gone_since_s is None:
            self._gone_since_s = view.monotonic_s
        elif view.monotonic_s - self._gone_since_s >= self._settings.settle_s / 2:
            self._armed = True


class EveryTrigger:
    """Every frame the pipeline can take, but no two of a stream closer than ``interval_s``.

    A photo of a folder does not come again: each one is shot.
    """

    def __init__(self, interval_s: float = 0.0) -> None:
        self.state = "shooting"
        self._interval_s = interval_s
        self._last_s: float | None = None

    def wants(self, view: View) -> bool:
        """Return whether enough time has passed."""
        if view.is_photo or self._last_s is None:
            return True
        left_s = self._interval_s - (view.monotonic_s - self._last_s)
        self.state = f"waiting {_round_up(left_s)} s" if left_s > 0 else "shooting"
        return left_s <= 0

    def note_shot(self, view: View) -> None:
        """Count the time from this shot."""
        self._last_s = view.monotonic_s


class CommandTrigger:
    """Never on its own: shots are asked for over MQTT."""

    state = "waiting for a command"

    def wants(self, view: View) -> bool:  # noqa: ARG002 - the contract's parameter
        """Return False."""
        return False

    def note_shot(self, view: View) -> None:
        """Remember nothing."""


def _round_up(left_s: float) -> float:
    return math.ceil(left_s * 10) / 10


def make_trigger(config: Config) -> Trigger:
    """Make the trigger that the configuration names."""
    if config.trigger == "every":
        return EveryTrigger(config.every_s)
    if config.trigger == "command":
        return CommandTrigger()
    return StillTrigger(config.still, config.verdict.shows_somebody)
