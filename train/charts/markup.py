"""Text from anywhere, made safe inside HTML and SVG."""

from __future__ import annotations

from html import escape


def escaped(text: object) -> str:
    """Escape for text and quoted attributes; drop what no markup may hold, as control codes."""
    return escape("".join(letter for letter in str(text) if letter.isprintable()))
