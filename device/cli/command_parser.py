"""The parser of a command line on which a camera's login may stand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from device.system.hidden_logins import hide_logins, may_hold_login


class CommandParser(argparse.ArgumentParser):
    """Says what is wrong with the command line, and shows no login that stands there."""

    _values: tuple[str, ...] = ()

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

    def parse_known_args(  # type: ignore[override] # argparse declares overloads
        self,
        args: Sequence[str] | None = None,
        namespace: Any = None,  # noqa: ANN401 - as argparse
    ) -> Any:  # noqa: ANN401 - as argparse
        """Parse; what may be a camera's address is kept, so that no error repeats it."""
        words = sys.argv[1:] if args is None else args
        parts = (part for word in words for part in (word, word.partition("=")[2], word[2:]))
        found = {part for part in parts if may_hold_login(part)}
        self._values = tuple(sorted(found, key=len, reverse=True))
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print the usage and the sentence, and end with exit code 2."""
        for value in self._values:  # A whole word first, then what is left of it behind its flag.
            message = message.replace(repr(value), "…").replace(value, "…")
        super().error(hide_logins(message))
