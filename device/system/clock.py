"""Whether this machine's clock can be right: a Raspberry Pi has none that runs while it is off."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from device.version import RELEASED_AT

State = Literal["ok", "unsure"]
MARK = "clock"
"""A file in the state folder; the latest time that the rig has seen is its own."""
_STEP_S = 2.0
"""Time servers set a clock back by less without making times wrong."""


class Clock:
    """Compares the clock with the latest time that this rig has seen, also in earlier runs.

    Attributes:
        mark: file that keeps this time.
    """

    def __init__(self, state_dir: Path | None = None) -> None:
        """Read the mark of earlier runs.

        Args:
            state_dir: where the mark is; None keeps it in memory only.
        """
        self.mark = None if state_dir is None else state_dir / MARK
        self._latest_s = RELEASED_AT.timestamp()
        if self.mark is not None:
            with contextlib.suppress(OSError):
                self._latest_s = max(self._latest_s, self.mark.stat().st_mtime)

    @property
    def state(self) -> State:
        """``unsure`` while the clock shows less than a time that has already been."""
        return "ok" if self.find_trouble() is None else "unsure"

    def find_trouble(self) -> str | None:
        """Return a sentence about a clock that cannot be right; None for one that can."""
        now_s = time.time()
        if now_s >= self._latest_s - _STEP_S:
            self._latest_s = max(now_s, self._latest_s)
            return None
        shown, latest = (_format(each) for each in (now_s, self._latest_s))
        if self._latest_s <= RELEASED_AT.timestamp():
            known = f"this version was released on {latest}"
            return f"the clock shows {shown}, but {known}: set it, or connect a time server"
        or_else = (
            ""
            if self.mark is None
            else f"; where it is right, remove {self.mark} and start the rig again"
        )
        return (
            f"the clock shows {shown}, but was at {latest} before: set it, or connect a time"
            f" server{or_else}"
        )

    def note(self) -> None:
        """Write down the time, for later runs; a clock that is unsure says nothing to them."""
        if self.mark is None or self.find_trouble() is not None:
            return
        with contextlib.suppress(OSError):  # The shot that calls for it reports the disk.
            self.mark.touch()
            os.utime(self.mark, (self._latest_s, self._latest_s))


def _format(moment_s: float) -> str:
    try:
        return f"{datetime.fromtimestamp(moment_s, timezone.utc):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError):
        return "a time that no calendar has"
