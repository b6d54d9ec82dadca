"""What a command calls itself in its usage lines: as the person typed it."""

from __future__ import annotations

_MODULE = "python -m device"
_typed = ""


def set_typed_name(name: str) -> None:
    """Note that this process was started under another name than ``python -m device.DOOR``.

    Args:
        name: what stands before the door's name: ``selvedge`` or ``python -m device``.
    """
    global _typed  # noqa: PLW0603 - a process is started once.
    _typed = name


def name_command(door: str) -> str:
    """Return the command line that starts a door, without its arguments."""
    return f"{_typed} {door}" if _typed else f"{_MODULE}.{door}"
