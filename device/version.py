"""The version of this software; the package's own is read from here."""

from __future__ import annotations

from datetime import datetime, timezone

# A constant, for to look it up among the installed packages is a tenth of a start on a Pi.
VERSION = "0.2.0"
RELEASED_AT = datetime(2026, 11, 30, tzinfo=timezone.utc)
"""No clock that is right shows an earlier time. Set it together with the version."""
