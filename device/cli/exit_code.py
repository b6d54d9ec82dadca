"""What a command prints when it cannot go on, and its exit code."""

from __future__ import annotations

import sys

from device.cli.missing_package import missing_package_error
from device.errors import UsageError, WorkError
from device.system.hidden_logins import hide_logins


def report_error(error: UsageError | WorkError | ImportError) -> int:
    """Print one sentence on stderr and return the exit code.

    Args:
        error: what ended the command; a package that did not load is wrong usage.

    Raises:
        ImportError: the same again, when it is a fault of this package.
    """
    known = missing_package_error(error) if isinstance(error, ImportError) else error
    print(f"selvedge: {hide_logins(str(known))}", file=sys.stderr)
    return known.exit_code
