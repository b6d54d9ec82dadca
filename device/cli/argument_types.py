"""Types of command-line arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from device.settings.rules import Rule


def positive_int(text: str) -> int:
    """Return a whole number above 0; an argparse type."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def argparse_type(rule: Rule[object]) -> Callable[[str], object]:
    """Return a flag's type for argparse, which refuses what the rule of its setting refuses."""

    def convert(text: str) -> object:
        try:
            value = rule.read(text)
        except ValueError:
            value = text  # Which the rule refuses in its own words.
        try:
            return rule.convert(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} must be {error}") from None

    return convert


def positive_s(text: str) -> float:
    """Return a length of time above 0, in seconds; an argparse type."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:  # Not a number is not above 0 either.
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
