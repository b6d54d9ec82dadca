"""`selvedge` and `python -m device`: one command with the doors of the rig behind it."""

from __future__ import annotations

import argparse
import importlib
import runpy
import sys
from collections.abc import Sequence

from device.cli.command_name import set_typed_name
from device.cli.completion import SHELLS, format_completion
from device.cli.exit_code import report_error
from device.errors import UsageError
from device.version import VERSION

DOORS = {
    "run": "cut garments out of a camera's stream and publish them over MQTT",
    "cutout": "cut garments out of photos on disk",
    "subscribe": "save the cutouts that rigs publish",
    "doctor": "check what a rig needs, and say how to fix it",
    "bench": "time the model alone against the whole pipeline",
    "install": "install a rig as a systemd service, or remove it",
    "demo": "run the whole way on a bundled clip, without a camera",
}
_COMPLETION = "print the script that completes commands and flags in a shell"
_EPILOG = "`selvedge COMMAND --help` describes a command; `python -m device.COMMAND` is the same."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, and return its exit code.

    A door is run as ``python -m`` runs it, so that Ctrl-C finds the same answer from its first
    moment on.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in DOORS:
        set_typed_name(_name_program())
        sys.argv = [f"selvedge-{arguments[0]}", *arguments[1:]]
        runpy.run_module(_module(arguments[0]), run_name="__main__", alter_sys=True)
        return 0
    parser = _build_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command is None and not rest:
        parser.print_help()
        return 0
    try:
        if options.command != "completion":
            return report_error(_refuse(options.command or rest[0]))
        print(_format_completion(rest))
    except (UsageError, ImportError) as error:
        return report_error(error)
    return 0


def _refuse(command: str) -> UsageError:
    known = ", ".join((*DOORS, "completion"))
    return UsageError(f'there is no command "{command}": give one of {known}')


def _build_parser() -> argparse.ArgumentParser:
    width = max(map(len, DOORS)) + 4
    listed = "\n".join(f"  {name:<{width}}{summary}" for name, summary in DOORS.items())
    parser = argparse.ArgumentParser(
        prog=_name_program(),
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description="Selvedge cuts garments out of a photo studio's camera stream.\n\n"
        f"commands:\n{listed}\n  {'completion':<{width}}"
        f"{_COMPLETION}: {', '.join(SHELLS)}",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"selvedge {VERSION}", help="print the version"
    )
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def _format_completion(arguments: Sequence[str]) -> str:
    shell = arguments[0] if len(arguments) == 1 else None
    if shell not in SHELLS:
        raise UsageError(
            f"completion is written for {', '.join(SHELLS)}: for example"
            " `selvedge completion bash > ~/.local/share/bash-completion/completions/selvedge`"
        )
    program = argparse.ArgumentParser(prog="selvedge")
    program.add_argument("--version", action="store_true", help="print the version")
    parsers: dict[str, argparse.ArgumentParser] = {}
    for name, summary in DOORS.items():
        parsers[name] = importlib.import_module(_module(name)).build_parser()
        parsers[name].description = summary
    parsers["completion"] = argparse.ArgumentParser(description=_COMPLETION)
    parsers["completion"].add_argument("shell", choices=SHELLS)
    return format_completion(shell, program, parsers)


def _module(door: str) -> str:
    return "device.demo.__main__" if door == "demo" else f"device.{door}"


def _name_program() -> str:
    return "python -m device" if sys.argv[0].endswith("__main__.py") else "selvedge"


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
