"""The version of this software; the package's own is read from here."""

from __future__ import annotations

# A constant, for to look it up among the installed packages is a tenth of a start on a Pi.
VERSION = "0.2.0"
