"""PNG files without the texts that a decoder refuses to unfold.

Programs keep a picture's whole history there. Small ones stay: they may hold Exif or XMP.
"""

from __future__ import annotations

import struct
import zlib

from PIL import PngImagePlugin

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_MAX_TEXT_BYTES = 1 << 20
_MAX_TEXTS_BYTES = 32 << 20
_MAX_PROFILE_BYTES = 16 << 20  # printers' profiles have a few megabytes

# Pillow's limit is for texts and profiles alike.
PngImagePlugin.MAX_TEXT_CHUNK = _MAX_PROFILE_BYTES


def drop_large_texts(content: bytes) -> bytes:
    """Return a PNG file without large texts and profiles; any other file as it is."""
    if not content.startswith(_SIGNATURE):
        return content
    kept, begin, place = [], 0, len(_SIGNATURE)
    sums = {False: 0, True: 0}  # of texts, of profiles
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        following = place + 12 + length
        if kind in _TEXTS or kind == b"iCCP":
            limit = _MAX_PROFILE_BYTES if kind == b"iCCP" else _MAX_TEXT_BYTES
            # Past the bound nothing is unfolded any more: a small file may hold gigabytes.
            is_profile = kind == b"iCCP"
            full = sums[is_profile] > _MAX_TEXTS_BYTES
            body = content[place + 8 : following - 4]
            unfolded_bytes = limit + 1 if full else _measure(body, kind, limit)
            sums[is_profile] += unfolded_bytes
            if unfolded_bytes > limit or sums[is_profile] > _MAX_TEXTS_BYTES:
                kept.append(content[begin:place])
                begin = following
        place = following
        if kind == b"IEND":
            break
    return b"".join([*kept, content[begin:]]) if kept else content


def _measure(body: bytes, kind: bytes, limit: int) -> int:
    """Return the bytes of a text or profile unfolded, at most one more than the limit."""
    rest = body.partition(b"\0")[2]
    is_packed = kind in (b"zTXt", b"iCCP") or (kind == b"iTXt" and rest[:1] == b"\1")
    if not is_packed or len(body) > limit:
        return len(body)
    packed = rest[2:].split(b"\0", 2)[-1] if kind == b"iTXt" else rest[1:]
    try:
        return len(zlib.decompressobj().decompress(packed, limit + 1))
    except zlib.error:
        return len(body)
