"""Addresses without the credentials in them, for logs, messages and errors."""

from __future__ import annotations

import re

_HIDDEN = "…"


def redact(address: str) -> str:
    """Return an address with ``…@`` in place of a login, without query and fragment.

    Cameras take passwords in all three. Where a login may hold a slash or question mark, which a
    URL would write as ``%2F`` and ``%3F``, nobody knows where it ends, and all is hidden.

    Args:
        address: ``scheme://[user[:password]@]host[:port][/path]``, or what was written for one.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "", address
    place, *hidden = re.split(r"[?#]", rest, maxsplit=1)
    host, slash, path = place.partition("/")
    _, at, host = host.rpartition("@")
    if not at and ":" in host and "@" in path + "".join(hidden):
        return f"{scheme}{separator}{_HIDDEN}"
    return f"{scheme}{separator}{f'{_HIDDEN}@' if at else ''}{host}{slash}{path}"


def drop_login(address: str) -> str:
    """Return an address for people: as `redact`, without a mark where the login was."""
    return redact(address).replace(f"{_HIDDEN}@", "", 1)
