"""The last gate before a sentence is read: no login leaves in an address."""

from __future__ import annotations

import re

_HIDDEN = "…"
# A word with a colon and, after it, an @: user:password@host, with or without a scheme.
_WORD = re.compile(r"(?<![^\s\"'`])[^\s\"'`:]*:[^\s\"'`]*@[^\s\"'`]*")
# A password may hold a quote or a blank, and nobody knows where it ends: all from the scheme to the
# line's last @ goes, except that of advice to write scheme://user@host. A path has :/ for ://.
_BEHIND_SCHEME = re.compile(r"(:/+)[^\n:]*:[^\n]*(?<!://user)@")
_QUERY = re.compile(
    r"(?i)([?&;#](?:pw|pwd|pass\w*|user\w*|usr|login|key|token|auth\w*)=)[^\s&\"'`]*"
)


def hide_logins(text: str) -> str:
    """Return a text without the logins of addresses in it.

    Whoever makes a sentence leaves out what it must not show. A value that was written in a wrong
    place, and an exception of a library, get into sentences all the same.
    """
    text = _BEHIND_SCHEME.sub(rf"\1{_HIDDEN}@", text)
    return _QUERY.sub(rf"\1{_HIDDEN}", _WORD.sub(_hide, text))


def may_hold_login(text: str) -> bool:
    """Return whether a value that was written in a wrong place may be an address with a login."""
    return "://" in text or "@" in text


def _hide(found: re.Match[str]) -> str:
    scheme, separator, rest = found[0].partition("://")
    if not separator:
        scheme, rest = "", found[0]
    login, at, place = rest.rpartition("@")
    if ":" not in login:  # mqtt://user@host:1883 holds no password.
        return found[0]
    return f"{scheme}{separator}{_HIDDEN}{at}{place}"
