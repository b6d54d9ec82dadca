"""The folder that outlives the daemon."""

from __future__ import annotations

import os
from pathlib import Path


def default_state_dir() -> Path:
    """Where the daemon keeps its spool unless told: systemd's state directory, else XDG's."""
    given = os.environ.get("STATE_DIRECTORY")
    if given:
        return Path(given.split(":")[0])
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "selvedge"
