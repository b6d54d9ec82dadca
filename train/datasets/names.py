"""Names of files from any system: bytes that are no text, composed and decomposed accents, cases.

macOS writes an accent apart from its letter (NFD), annotation tools write both as one (NFC); some
systems keep the case of a name and some do not. A file may have any bytes in its name.
"""

from __future__ import annotations

import hashlib
import unicodedata

_MAX_BYTES = 200  # of a stem; file systems end at 255, with suffixes


def compose(name: str) -> str:
    """Return a name with each accent and its letter as one (NFC)."""
    return unicodedata.normalize("NFC", name)


def fold(name: str) -> str:
    """Return a name in which neither case nor the form of accents differs."""
    return compose(compose(name).casefold())


def make_printable(name: str) -> str:
    """Return a name that any file and any terminal takes: other bytes and signs as ``%E9``."""
    return "".join(
        each if each.isprintable() or unicodedata.category(each) == "Zs" else _escape(each)
        for each in compose(name)
    )


def _escape(character: str) -> str:
    # A byte that is no text arrives as U+DC80 to U+DCFF; a JSON file may hold other halves.
    error = "surrogateescape" if 0xDC80 <= ord(character) <= 0xDCFF else "surrogatepass"
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", error))


def shorten(stem: str) -> str:
    """Return a stem that is short enough for a file's name, and still its own."""
    encoded = stem.encode()
    if len(encoded) <= _MAX_BYTES:
        return stem
    digest = hashlib.sha256(encoded).hexdigest()[:12]
    return f"{encoded[: _MAX_BYTES - 13].decode('utf-8', 'ignore')}-{digest}"
