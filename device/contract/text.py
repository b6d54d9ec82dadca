"""Text for messages and logs."""

from __future__ import annotations

from device.contract.names import is_name


def strip_unprintable(text: str, longest: int = 255) -> str:
    """Return text from outside with ``?`` for what is not printable, cut to ``longest`` letters."""
    if is_name(text):
        return text
    clean = text.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in clean)[:longest]


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 photo``, ``2 photos``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
