"""The token that a browser beyond this machine must show once."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from device.errors import UsageError
from device.settings.credentials import PAGE_CREDENTIAL, find_credential, read_password
from device.system.durable_file import write_durably

_FILE = "page-token"
_LEAST_LETTERS = 16


def open_token(state_dir: Path) -> tuple[str, bool]:
    """Return the token, and whether it was made now.

    It is systemd's credential ``page-token`` where there is one, else the file ``page-token`` of
    the state folder, which only the rig's user may read.

    Raises:
        UsageError: it cannot be read or written, or is too short.
    """
    path = find_credential(PAGE_CREDENTIAL) or state_dir / _FILE
    if not path.exists():
        token = secrets.token_urlsafe(24)
        try:
            write_durably(path, f"{token}\n".encode(), mode=0o600)
        except OSError as error:
            raise UsageError(
                f"the page's token cannot be written to {path} ({error.strerror}): mend that, or"
                " serve the page on 127.0.0.1"
            ) from error
        return token, True
    if path.name == _FILE and path.parent == state_dir:
        with suppress(OSError):
            path.chmod(0o600)
    token = read_password(path) or ""
    if len(token) < _LEAST_LETTERS or not token.isascii() or not token.isprintable():
        raise UsageError(
            f"the page's token in {path} is no token: write at least {_LEAST_LETTERS} letters and"
            " digits, or delete the file and a new one is made"
        )
    return token, False
