"""The parser of a command line on which a camera's login may stand."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from device.system.hidden_logins import hide_logins


class CommandParser(argparse.ArgumentParser):
    """Says what is wrong with the command line, and shows no login that stands there."""

    def parse_args(  # type: ignore[override] # argparse declares overloads
        self,
        args: Sequence[str] | None = None,
        namespace: Any = None,  # noqa: ANN401 - as argparse
    ) -> Any:  # noqa: ANN401 - as argparse
        """Parse; of what belongs nowhere flags alone are shown, as a value may be an address."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flags = (word.partition("=")[0] if word.startswith("-") else "…" for word in unknown)
            self.error(f"unrecognized arguments: {' '.join(flags)}")
        return options

    def error(self, message: str) -> NoReturn:
        """Print the usage and the sentence, and end with exit code 2."""
        super().error(hide_logins(message))
