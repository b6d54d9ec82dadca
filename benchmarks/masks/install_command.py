"""The shell command that installs a peer's package, for error sentences."""

from __future__ import annotations

import shlex
import sys


def install_command(requirement: str) -> str:
    """Return a command that works as printed, from any folder, for the running interpreter.

    Args:
        requirement: as pip reads it.
    """
    return shlex.join([sys.executable or "python3", "-m", "pip", "install", requirement])
