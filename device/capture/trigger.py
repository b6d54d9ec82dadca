"""When to take a shot, decided by what each frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device.imaging.arrays import UInt8Array
from device.imaging.thumbnail import measure_change
from device.settings.config import Config
from device.settings.still import StillSettings


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
    """

    thumbnail: UInt8Array
    monotonic_s: float
    garment_share: float | None
    is_photo: bool = False


class Trigger(Protocol):
    """Decides frame by frame."""

    def wants(self, view: View) -> bool:
        """Return whether this frame is to be shot."""
        ...

    def note_shot(self, view: View) -> None:
        """Learn that this frame was shot, as this trigger wanted or on command."""
        ...


class StillTrigger:
    """One shot each time the scene has come to rest with another garment in it.

    It arms when the settled scene differs from the one last shot, or when the garment was gone in
    between, so that the same white shirt twice makes two shots. Every photo of a folder is at
    rest and is shot.
    """

    def __init__(self, settings: StillSettings) -> None:
        self._settings = settings
        self._anchor: View | None = None  # first view of the present rest
        self._shot: UInt8Array | None = None  # how the scene looked when last shot
        self._gone_since_s: float | None = None
        self._armed = True

    def wants(self, view: View) -> bool:
        """Return whether the scene rests, shows a garment, and is not the one last shot."""
        if view.is_photo:
            return True
        self._watch_for_absence(view)
        if not self._rests(view):
            return False
        if view.garment_share is None or view.garment_share < self._settings.garment_share:
            return False
        if self._armed or self._shot is None:
            return True
        if measure_change(self._shot, view.thumbnail) > self._settings.change_share:
            return True
        self._shot = view.thumbnail  # Daylight changes slowly; the scene is still the one shot.
        return False

    def note_shot(self, view: View) -> None:
        """Wait for the next garment."""
        self._shot = view.thumbnail
        self._armed = False
        self._gone_since_s = None

    def _rests(self, view: View) -> bool:
        anchor = self._anchor
        # Compared with the first frame of the rest, so that slow movement adds up and is seen.
        if (
            anchor is None
            or view.monotonic_s < anchor.monotonic_s
            or measure_change(anchor.thumbnail, view.thumbnail) > self._settings.motion_share
        ):
            self._anchor = view
            return False
        return view.monotonic_s - anchor.monotonic_s >= self._settings.settle_s

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
        self._interval_s = interval_s
        self._last_s: float | None = None

    def wants(self, view: View) -> bool:
        """Return whether enough time has passed."""
        if view.is_photo or self._last_s is None:
            return True
        return view.monotonic_s - self._last_s >= self._interval_s

    def note_shot(self, view: View) -> None:
        """Count the time from this shot."""
        self._last_s = view.monotonic_s


class CommandTrigger:
    """Never on its own: shots are asked for over MQTT."""

    def wants(self, view: View) -> bool:  # noqa: ARG002 - the contract's parameter
        """Return False."""
        return False

    def note_shot(self, view: View) -> None:
        """Remember nothing."""


def make_trigger(config: Config) -> Trigger:
    """Make the trigger that the configuration names."""
    if config.trigger == "every":
        return EveryTrigger(config.every_s)
    if config.trigger == "command":
        return CommandTrigger()
    return StillTrigger(config.still)
