"""Addresses without the credentials in them, for logs, messages and errors."""

from __future__ import annotations

import re

_HIDDEN = "…"
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*)?")
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.%]+\])(?::[0-9]{1,5})?")
_PLAIN_PATH = re.compile(r"(?:/[\w.~+-]*)*(?=/|$)")
# What begins like the scheme of a camera's address, however many signs of it are missing.
_LIKE_SCHEME = re.compile(r"\W*(?:rt?s?t?ps?|rtmps?|ht{1,3}ps?)\b", re.IGNORECASE)
# What an address has and few files have in their names; with an ending, some of it is no sign.
_SIGNS = re.compile("[@:?=&;]")
_SIGNS_OF_A_FILM = re.compile("[:=&;]")
_ENDING = re.compile(r"\.[A-Za-z][0-9A-Za-z]{1,3}\Z")


def split_place(address: str) -> tuple[str, str, str]:
    """Return an address's scheme with its separator, its login with host and port, and the rest."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "", address
    end = re.search(r"[/?#]", rest)
    at = len(rest) if end is None else end.start()
    return scheme + separator, rest[:at], rest[at:]


def redact(address: str) -> str:
    """Return an address with ``…@`` in place of a login, and its path as far as it is plain.

    Cameras take passwords in the login, the query, the fragment and the path. Where a login may
    hold a sign that a URL would write as ``%2F`` or ``%3F``, nobody knows where it ends, and all is
    hidden.

    Args:
        address: ``scheme://[user[:password]@]host[:port][/path]``, or what was written for one.
    """
    scheme, place, rest = split_place(address)
    _, at, host = place.rpartition("@")
    if not _SCHEME.fullmatch(scheme.removesuffix("://")):
        return _HIDDEN
    if "@" in rest or not _HOST.fullmatch(host):
        return f"{scheme}{_HIDDEN}"
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    plain = _PLAIN_PATH.match(path)
    shown = "" if plain is None else plain[0]
    cut = "" if len(shown) == len(path) else f"/{_HIDDEN}"
    return f"{scheme}{f'{_HIDDEN}@' if at else ''}{host}{shown}{cut}"


def drop_login(address: str) -> str:
    """Return an address for people: as `redact`, without a mark where the login was."""
    return redact(address).replace(f"{_HIDDEN}@", "", 1)


def redact_file(text: str) -> str:
    """Return what was written for a file's path, unless it may be a mistyped address."""
    if "://" in text:
        return redact(text)
    signs = _SIGNS_OF_A_FILM if _ENDING.search(text) else _SIGNS
    return _HIDDEN if signs.search(text) or _LIKE_SCHEME.match(text) else text
