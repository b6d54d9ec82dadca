"""Content types of pictures, their suffixes and signatures."""

from __future__ import annotations

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


SUFFIXES = {"png": ".png", "webp": ".webp", "jpeg": ".jpg"}


CONTENT_TYPES = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}


def detect_content_type(data: bytes) -> str | None:
    """Return the content type of a picture by its first bytes; None if no rig sends such a file."""
    if data.startswith(PNG_SIGNATURE):
        return CONTENT_TYPES["png"]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return CONTENT_TYPES["webp"]
    return None
