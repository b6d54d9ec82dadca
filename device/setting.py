"""One setting: what may be written for it, in the file or as a flag."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from device.broker_address import parse_broker
from device.names import checked_name, checked_prefix

# Returns the value to use, or raises ValueError with the words after "must be", or UsageError.
Setting = Callable[[object], object]


def text() -> Setting:
    """Any text that is not empty."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("text that is not empty")
        return value

    return convert


def path() -> Setting:
    """A file or folder; ``~`` is the home folder."""

    def convert(value: object) -> Path:
        if isinstance(value, Path):
            return value.expanduser()
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValueError("a path")
        return Path(value).expanduser()

    return convert


def choice(*allowed: str) -> Setting:
    """One of a few words."""

    def convert(value: object) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return str(value)

    return convert


def whole(lowest: int, highest: int) -> Setting:
    """A whole number in a range."""

    def convert(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return value

    return convert


def number(lowest: float, highest: float) -> Setting:
    """A number in a range; infinity only where ``highest`` is."""

    def convert(value: object) -> float:
        wrong = isinstance(value, bool) or not isinstance(value, (int, float))
        if wrong or not lowest <= float(value) <= highest:  # type: ignore[arg-type] # wrong says so
            raise ValueError(f"a number from {lowest:g} to {highest:g}")
        return float(value)  # type: ignore[arg-type] # as above

    return convert


def yes_or_no() -> Setting:
    """``true`` or ``false``."""

    def convert(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")  # noqa: TRY004 - as all of them
        return value

    return convert


def name(what: str) -> Setting:
    """A name that is safe in topics and file names."""
    return lambda value: checked_name(str(value), what)


def prefix() -> Setting:
    """The first levels of every topic."""
    return lambda value: checked_prefix(str(value))


def broker() -> Setting:
    """A broker's address."""
    return lambda value: parse_broker(str(value))


def colour() -> Setting:
    """``#rrggbb``, or ``transparent``."""

    def convert(value: object) -> str:
        text = str(value).lower()
        if text != "transparent" and not re.fullmatch("#[0-9a-f]{6}", text):
            raise ValueError("a colour such as #ffffff, or transparent")
        return text

    return convert
