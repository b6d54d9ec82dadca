"""The error for a package that is missing or broken."""

from __future__ import annotations

from device.errors import UsageError
from device.system.install_command import install_command


def missing_package_error(error: ImportError) -> UsageError:
    """Return the error for a package that did not load.

    Args:
        error: what its import raised.

    Returns:
        An error that names the package and how to install it.

    Raises:
        ImportError: the same again, when it is about a file of this package: that is a fault in
            here, which no installation fixes.
    """
    package = (error.name or "").partition(".")[0]
    if package == "device":
        raise error
    if isinstance(error, ModuleNotFoundError) and package:
        return UsageError(f"{package} is not installed: run `{install_command()}`")
    # Such as OpenCV without one of the system's libraries, or built for another numpy.
    reason = " ".join(str(error).split())[:200]
    return UsageError(
        f"{package or 'a package'} cannot be loaded ({reason}): reinstall with"
        f" `{install_command(anew=True)}`"
    )
