"""``{name}`` in a recipe: the output of an earlier stage, or an entry of the data root."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

OUT = "out"
"""The name under which a stage names its own output folder."""
_REFERENCE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


def find_references(values: Iterable[Any]) -> list[str]:
    """Return the names that values refer to, each once, in order; lists are looked into."""
    names: dict[str, None] = {}
    for value in values:
        if isinstance(value, list):
            names |= dict.fromkeys(find_references(value))
        elif isinstance(value, str):
            names |= dict.fromkeys(found[1] for found in _REFERENCE.finditer(value))
    return list(names)


def has_split(values: Iterable[Any]) -> bool:
    """Return whether any value asks for a split, as ``{street:val}`` does."""
    return any(has_split(value) if isinstance(value, list) else _asks(value) for value in values)


def _asks(value: object) -> bool:
    found = _REFERENCE.finditer(value) if isinstance(value, str) else ()
    return any(each[2] is not None for each in found)


def parse_split(text: str) -> tuple[str, str] | None:
    """Return name and split where a text is ``{name:split}`` and nothing else."""
    found = _REFERENCE.fullmatch(text)
    return (found[1], found[2]) if found is not None and found[2] else None


def replace_references(text: str, places: dict[str, str]) -> str:
    """Put the path of each name in its place."""
    return _REFERENCE.sub(lambda found: places[found[1]], text)
