"""Names that people write, in the letters that topics and file names have."""

from __future__ import annotations

import os
import re
import unicodedata

from device.contract.names import is_name

_LONGEST = 64
# As people write them where their keyboard has no such letter.
_SPELLED = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
    "æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "œ": "oe", "Œ": "Oe",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",
})  # fmt: skip
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9._-]+")


def decode_name(text: str) -> str:
    """Return a file's name in Unicode's composed form, readable also where its bytes are no UTF-8.

    Those are Latin-1, as old archives and shares write them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            text = os.fsencode(text).decode("latin-1")
        except UnicodeEncodeError:  # Of no file.
            text = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", text)


def transliterate(text: str) -> str | None:
    """Return any text as a name, such as ``Groesse-36`` for ``Größe 36``.

    What has no letter of A to Z close to it becomes its number: ``u886b``.

    Returns:
        The name; None where nothing of the text can stand in one.
    """
    spelled = unicodedata.normalize("NFKD", decode_name(text).translate(_SPELLED))
    letters = "".join(
        letter if letter.isascii() else f"u{ord(letter):x}" if letter.isalnum() else "-"
        for letter in spelled
        if not unicodedata.combining(letter)
    )
    name = _NOT_ALLOWED.sub("-", letters).strip("-").lstrip(".")[:_LONGEST].rstrip("-")
    return name if is_name(name) else None
