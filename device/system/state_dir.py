"""The folder that outlives the daemon."""

from __future__ import annotations

import os
from pathlib import Path


def default_state_dir() -> Path:
    """Return where the daemon keeps its spool by default: systemd's state directory, else XDG's."""
    by_systemd = os.environ.get("STATE_DIRECTORY")
    if by_systemd:
        return Path(by_systemd.split(":")[0])
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "selvedge"
