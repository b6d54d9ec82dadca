"""Completion of the command line by the Tab key, for the shells that people use."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

SHELLS = ("bash", "zsh", "fish")
# What a flag's metavar says of the paths that it takes.
_FILES = {"FILE", "PUBKEY", "IMAGE"}
_FOLDERS = {"DIR", "BUNDLE"}


def format_completion(
    shell: str, program: argparse.ArgumentParser, commands: Mapping[str, argparse.ArgumentParser]
) -> str:
    """Return the script that a shell reads to complete a program and its commands.

    The script holds every command and flag, so that pressing Tab starts no Python.

    Args:
        shell: one of `SHELLS`.
        program: with the flags that stand before a command; a copy of it is changed.
        commands: the parser of each command; its description is its help.

    Raises:
        ImportError: shtab, which writes the script, is not installed.
    """
    import shtab  # noqa: PLC0415 - a rig runs without it.

    whole = argparse.ArgumentParser(
        prog=program.prog, description=program.description, parents=[program], add_help=False
    )
    entries = whole.add_subparsers()
    for name, parser in commands.items():
        for action in parser._actions:
            _offer_paths(action, shtab)
        entries.add_parser(name, parents=[parser], add_help=False, help=parser.description)
    return str(shtab.complete(whole, shell))


def _offer_paths(action: Any, shtab: Any) -> None:  # noqa: ANN401 - shtab adds the attribute.
    if action.metavar in _FILES:
        action.complete = shtab.FILE
    elif action.metavar in _FOLDERS:
        action.complete = shtab.DIRECTORY
