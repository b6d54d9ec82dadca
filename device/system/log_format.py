"""Lines of a running daemon that people, grep and journald read alike: ``key=value`` (logfmt)."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timezone

from device.system.hidden_logins import hide_logins

# Priorities of syslog(3), which journald takes from the front of a line (sd-daemon(3)).
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_LEAST_PRIORITY = 7
_NO_KEY = re.compile(r"[^a-z0-9_]")
_PLAIN = re.compile(r'[^\s="\\]+')


def start_log(*, verbose: bool) -> None:
    """Send the log of this process to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogFormat(journal=journal_reads(handler.stream.fileno())))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])


def journal_reads(descriptor: int) -> bool:
    """Return whether a file descriptor leads into the journal (systemd.exec(5), JOURNAL_STREAM).

    The variable alone proves nothing: a program that a service starts inherits it.
    """
    try:
        stat = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stat.st_dev}:{stat.st_ino}"


def fields(**values: object) -> dict[str, dict[str, object]]:
    """Return what a line has beside its message: ``_LOG.info("online", extra=fields(camera="0"))``.

    Args:
        values: by key; those that are None are left out.
    """
    return {"fields": {key: value for key, value in values.items() if value is not None}}


class LogFormat(logging.Formatter):
    """One line for each record, whatever it holds.

    First ``time`` (not in the journal, which stamps lines itself), ``level`` and ``msg``, then the
    record's own fields, at the end ``error`` and ``traceback`` where an exception was logged.
    """

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        own: Mapping[str, object] = getattr(record, "fields", {})
        values = {"level": record.levelname.lower(), "msg": record.getMessage(), **own}
        if record.exc_info and record.exc_info[1] is not None:
            values["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
            values["traceback"] = self.formatException(record.exc_info)
        if self._journal:
            return f"<{_priority(record.levelno)}>{line(values)}"
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return line({"time": stamp, **values})


def line(values: Mapping[str, object]) -> str:
    """Return ``key=value`` pairs; values that are not plain words are quoted as in JSON."""
    return " ".join(
        f"{_NO_KEY.sub('_', key)}={_format_value(value)}" for key, value in values.items()
    )


def _format_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = f"{value:.1f}" if isinstance(value, float) else hide_logins(str(value))
    if _PLAIN.fullmatch(text) and text.isprintable():
        return text
    # As in JSON, and what no terminal can show, or could be fooled by, as its number.
    shown = (
        letter if letter.isprintable() and letter not in '"\\' else json.dumps(letter)[1:-1]
        for letter in text
    )
    return '"' + "".join(shown) + '"'


def _priority(level: int) -> int:
    return next((code for at, code in _PRIORITIES if level >= at), _LEAST_PRIORITY)
