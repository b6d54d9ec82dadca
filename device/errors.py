"""Wrong usage (exit code 2) and failed work (exit code 1)."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong usage, configuration or input: one sentence: the thing, what arrived, what to do."""

    exit_code = 2


class WorkError(Exception):
    """Work that was asked for correctly and failed: one sentence that says what remains."""

    exit_code = 1
