"""Values as a person may type them: refused by argparse in one sentence, exit code 2."""

from __future__ import annotations

import argparse
import re


def positive_int(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 up")
    return int(text)


def share(text: str) -> float:
    """Read a share, 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return value


def bundle_name(text: str) -> str:
    """Read a name that may stand in file names and topics."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name: use up to 64 letters, digits, dots, hyphens, underscores"
        )
    return text
