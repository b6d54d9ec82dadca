"""`python -m device.install`: install and remove rigs as systemd services."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from device.cli.command_name import name_command
from device.cli.exit_code import report_error
from device.contract.names import check_name
from device.errors import UsageError, WorkError
from device.service.installation import install
from device.service.removal import remove


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(argv)
    try:
        rig = check_name(options.rig, "rig")
        if options.remove or options.purge:
            remove(rig, options.root, purge=options.purge)
        else:
            install(rig, options.root, Path(sys.executable), start=not options.no_start)
    except (UsageError, WorkError) as error:
        return report_error(error)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = argparse.ArgumentParser(
        prog=name_command("install"),
        description="Install a rig as the systemd service selvedge@RIG, or remove it. Run as root;"
        " run again it changes nothing. Each rig on a machine is an instance of its own.",
    )
    add = parser.add_argument
    add("--rig", required=True, metavar="NAME", help="the rig's name")
    add("--remove", action="store_true", help="undo it; configuration that was changed stays")
    add(
        "--purge",
        action="store_true",
        help="undo it wholly: changed configuration and the rig's state go too, and with the last"
        " rig its user; refused while shots wait",
    )
    add("--no-start", action="store_true", help="do not enable and start the service")
    add(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="write below this folder instead, as for an image; starts nothing",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
