"""``python -m convert RUN -o BUNDLE`` and its subcommands."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from collections.abc import Callable, Sequence

from convert.errors import UsageError, WorkError
from convert.install_command import install_command
from convert.native_stderr import quieten_libraries

CONVERT = "convert.commands.convert"
COMMANDS = {
    "check": "convert.commands.check",
    "verify": "convert.commands.verify",
    "measure": "convert.commands.measure",
    "diff": "convert.commands.diff",
    "graft": "convert.commands.graft",
    "keygen": "convert.commands.keygen",
    "sign": "convert.commands.sign",
}


def _split(arguments: list[str]) -> tuple[Callable[[list[str]], int], list[str]]:
    """Find the command and its own arguments; only the one at hand is loaded."""
    # A folder that is really called check can be given as ./check.
    name = arguments[0] if arguments and arguments[0] in COMMANDS else None
    module = importlib.import_module(CONVERT if name is None else COMMANDS[name])
    run: Callable[[list[str]], int] = module.main
    return run, arguments if name is None else arguments[1:]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with quieten_libraries():
            command, own = _split(arguments)
            return command(own)
    except (UsageError, WorkError) as error:
        print(f"selvedge: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("convert"):
            raise
        print(
            f"selvedge: {error.name} is not installed: run `{install_command('train')}`",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("selvedge: stopped before the bundle was written", file=sys.stderr)
        return 1


if __name__ == "__main__":
    # A termination cleans up exactly like Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    sys.exit(main())
