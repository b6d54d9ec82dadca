"""Lines for the person who cuts photos out."""

from __future__ import annotations

import sys

from device.contract.text import strip_unprintable
from device.system.hidden_logins import hide_logins

_LONGEST_LINE = 4096  # Paths may be long, and a sentence ends with what to do.


def report(line: str) -> None:
    """Print a line on stderr; file names may hold what a terminal cannot show."""
    print(hide_logins(strip_unprintable(line, _LONGEST_LINE)), file=sys.stderr, flush=True)


def print_result(line: str) -> None:
    """Print a line on stdout."""
    print(strip_unprintable(line, _LONGEST_LINE), flush=True)
