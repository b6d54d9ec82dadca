"""The broker's password: from a file or from systemd, never from the command line."""

from __future__ import annotations

import os
from pathlib import Path

from device.errors import UsageError

CREDENTIAL = "mqtt-password"


def read_password(password_file: Path | None) -> str | None:
    """Read the broker's password.

    Args:
        password_file: the file named by the user; None looks for systemd's credential
            ``mqtt-password`` in ``$CREDENTIALS_DIRECTORY``.

    Returns:
        The file's first line, or None when no file is named and there is no credential.

    Raises:
        UsageError: the file cannot be read, or its first line is empty.
    """
    path = password_file or _credential()
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(
            f"the password file {path} cannot be read ({error.strerror}): name a file that this"
            " user may read"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the password file {path} is not UTF-8 text: write the password on its first line"
        ) from error
    if not lines or not lines[0]:
        raise UsageError(f"the password file {path} is empty: write the password on its first line")
    return lines[0]


def _credential() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder) / CREDENTIAL
    return path if path.is_file() else None
