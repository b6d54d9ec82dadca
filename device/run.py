"""`python -m device.run`: the daemon."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped at once; shots that were taken are in the spool")

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.exit_code import report_error
from device.cli.setting_flags import add_config_flags
from device.errors import UsageError, WorkError
from device.system.hidden_logins import hide_logins
from device.system.log_format import journal_reads, start_log

if TYPE_CHECKING:
    from device.settings.config import Config

_LOG = logging.getLogger(__name__)
_EPILOG = """\
Every flag down to --broker-wait-s is also a key of the TOML file given with --config
(camera = "0"); flags win.
Exit code 0: done; 1: shots wait in the spool or the work failed; 2: wrong usage.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = vars(build_parser().parse_args(argv))
    check_only, file = options.pop("check_config"), options.pop("config")
    verbose = options.pop("verbose")
    try:
        from device.settings.loading import load_config  # noqa: PLC0415 - --help stays fast.
        from device.settings.toml_text import describe  # noqa: PLC0415 - as above.

        config = load_config(file, options)
        if check_only:
            print(hide_logins(describe(config)))
            return 0
        start_log(verbose=verbose)
        _run(config)
    except (UsageError, WorkError) as error:
        if not journal_reads(sys.stderr.fileno()):
            return report_error(error)
        _LOG.error("%s", error)
        return error.exit_code
    except ImportError as error:
        return report_error(error)
    return 0


def _run(config: Config) -> None:
    from device.daemon.process_switches import set_switches  # noqa: PLC0415 - --help stays fast.

    with set_switches():
        from device.daemon.startup import EarlyCameraStart  # noqa: PLC0415 - as above.

        started = EarlyCameraStart(config)
        try:
            from device.daemon.composition import run_daemon  # noqa: PLC0415 - the camera opens meanwhile.

            run_daemon(config, started)
        finally:
            started.release()  # Also where the rest did not load: no SDK outlives the interpreter.


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("run"),
        description="Cut garments out of a camera's stream and publish them over MQTT.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config_flags(parser)
    add = parser.add_argument
    add("--config", metavar="FILE", type=Path, help="TOML file with the same settings")
    add(
        "--check-config",
        action="store_true",
        help="print the settings in effect and end; whether"
        " camera, model and broker are there `python -m device.doctor --config FILE` tells",
    )
    add("--verbose", action="store_true", help="log more")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
