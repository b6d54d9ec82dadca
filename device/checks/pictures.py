"""Check of the picture packages: numpy, OpenCV and Pillow."""

from __future__ import annotations

from device.checks.finding import Finding, make_failure
from device.cli.missing_package import missing_package_error


def check_pictures() -> list[Finding]:
    """Return a FAIL when one of the packages does not load, and nothing when all do."""
    try:
        # First, as OpenCV talks on stdout where it is missing, which is the report's place.
        import numpy  # noqa: F401, ICN001, PLC0415 - that it loads is what is checked.

        import device.encoding.cutout_file  # noqa: PLC0415 - as above; it loads OpenCV.
        import device.imaging.photo  # noqa: F401, PLC0415 - as above; it loads Pillow.
    except ImportError as error:
        return [make_failure("pictures", missing_package_error(error))]
    return []
