"""Why there is no shot: in the stats, in the preview picture, and in the log of --verbose."""

from __future__ import annotations

import logging
import re

from device.daemon.stats import Stats
from device.preview.caption import Caption
from device.preview.preview_path import PreviewPath
from device.shots.shot import Shot
from device.system.log_format import fields

_LOG = logging.getLogger(__name__)
_SECONDS = re.compile(r" [0-9.]+ s$")


class ShownState:
    """Shows what the rig waits for, and that its last shot must be taken again.

    Belongs to the shooting thread.
    """

    def __init__(self, stats: Stats, previews: PreviewPath) -> None:
        self._stats = stats
        self._previews = previews
        self._caption = Caption()
        self._logged = ""

    def show(self, state: str) -> None:
        """Show what the rig waits for, in a few words."""
        if state == self._caption.state:
            return
        self._stats.trigger_state = state
        self._write(Caption(state, self._caption.alarm))
        kind = _SECONDS.sub("", state)  # Each tenth of a second is no line of its own.
        if kind != self._logged:
            _LOG.debug("trigger", extra=fields(state=kind))
        self._logged = kind

    def show_shot(self, shot: Shot) -> None:
        """Show a shot, and in the preview that it must be taken again, until the next shot."""
        self._previews.show_shot(shot)
        verdict = shot.verdict
        alarm = f"RETAKE\n{', '.join(verdict.reasons)}" if verdict.state == "retake" else ""
        self._write(Caption(self._caption.state, alarm))

    def _write(self, caption: Caption) -> None:
        self._caption = caption
        self._previews.write(caption)
