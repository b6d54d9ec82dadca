"""Shots that were taken before, and corrected ones, for the operator's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from device.commands.commands import Commands
from device.errors import WorkError

if TYPE_CHECKING:
    from device.page.display import Display

_MOST = 24


def read_picture(commands: Commands, shot_id: str) -> bytes | None:
    """Return the small picture of a shot on disk, frame above mask; None where it is gone.

    The frame as the camera gave it where it is kept, as strokes of a brush are drawn on that; else
    the picture as it was published.
    """
    from device.page.pictures import SHOT_PX, encode_pair, read_pair, shrink_pair  # noqa: PLC0415 - loaded by the page alone.

    if shot_id in commands.frames:
        try:
            kept = commands.frames.load(shot_id)
        except WorkError:  # It has given way meanwhile.
            kept = None
        if kept is not None:
            return encode_pair(*shrink_pair(kept.frame, kept.alpha, SHOT_PX))
    shot = commands.kept.find(shot_id)
    return None if shot is None else read_pair(shot.picture)


def show_shots(commands: Commands, display: Display) -> None:
    """Show the last shots of earlier runs, and from now on what people correct and decide."""
    for shot_id in commands.kept.ids[-_MOST:]:
        shot = commands.kept.find(shot_id)
        review = commands.reviews.find(shot_id)
        if shot is not None:
            display.note_taken(shot.announcement, None if review is None else review.state)
    commands.reviews.listeners.append(
        lambda review: display.note_review(review.shot_id, review.state)
    )
    others = commands.takes.on_taken

    def note(announcement: Mapping[str, Any]) -> None:
        others(announcement)
        display.note_taken(announcement)

    commands.takes.on_taken = note
