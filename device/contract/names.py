"""Names that travel in topics and file names: rigs, SKUs, views, request ids, shots."""

from __future__ import annotations

import re

from device.errors import UsageError

# No slash, wildcard, space or control character, and no leading dot: safe as one level of a
# topic, as a file name, and in a log line.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_SHOT_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}-[0-9]{4,12}")
_FORM = "1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen, not starting with a dot"


def is_name(text: object) -> bool:
    """Whether ``text`` is a string that may be a rig, SKU, view or request id."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_shot_id(text: object) -> bool:
    """Whether ``text`` has the form of a shot id, and so is safe as a file name."""
    return isinstance(text, str) and _SHOT_ID.fullmatch(text) is not None


def check_name(text: str, what: str) -> str:
    """Return ``text`` if it is a name.

    Args:
        text: what the user wrote.
        what: what it names, for the error: ``rig``.

    Raises:
        UsageError: it is not.
    """
    if not is_name(text):
        raise UsageError(f"the {what} name {_quote(text)} cannot be used: write {_FORM}")
    return text


def check_prefix(text: str) -> str:
    """Return ``text`` if it can begin a topic: one or more names joined by slashes.

    Raises:
        UsageError: it cannot.
    """
    if len(text) > 128 or not all(is_name(level) for level in text.split("/")):
        raise UsageError(
            f"the topic prefix {_quote(text)} cannot be used: write names joined by slashes, each"
            f" {_FORM}"
        )
    return text


def suggest_name(text: str, fallback: str) -> str:
    """Return any text, such as a host name, as a name: what is not allowed becomes a hyphen."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip(".")[:64]
    return name if is_name(name) else fallback


def _quote(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
