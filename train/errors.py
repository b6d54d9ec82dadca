"""What a person did wrong (exit code 2) and what went wrong at work (exit code 1)."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong usage, configuration or input: one sentence that names the thing and the fix."""

    exit_code = 2


class WorkError(Exception):
    """Work that was asked for correctly and failed: one sentence that says what is left."""

    exit_code = 1
