"""The shell command that installs what is missing, for error sentences."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def install_command(extra: str) -> str:
    """Return a command that works as printed, from any folder, for the running interpreter.

    Args:
        extra: of pyproject.toml.
    """
    pip = [sys.executable or "python3", "-m", "pip", "install"]
    options = ["--constraint", "constraints/workstation.txt", "--editable", f".[{extra}]"]
    return f"cd {shlex.quote(str(ROOT))} && {shlex.join([*pip, *options])}"
