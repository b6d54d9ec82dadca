"""The parser of a command line on which a camera's login may stand."""

from __future__ import annotations

import argparse
from typing import NoReturn

from device.system.hidden_logins import hide_logins


class CommandParser(argparse.ArgumentParser):
    """Says what is wrong with the command line, and shows no login that stands there."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the sentence, and end with exit code 2."""
        super().error(hide_logins(message))
