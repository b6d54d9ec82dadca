"""Adobe RGB (1998) as an ICC profile, for photos that name it in Exif alone."""

from __future__ import annotations

import struct
from functools import lru_cache

from PIL import Image

_EXIF, _INTEROP = 0x8769, 0xA005
_COLOUR_SPACE, _INTEROP_INDEX = 0xA001, 1
_SRGB, _ADOBE_RGB = 1, 2
"""Of the tag ColorSpace. Exif knows only sRGB and 65535, uncalibrated; some cameras write 2."""
_OPTION_FILE = "R03"
"""The DCF option file, whose colour space is Adobe RGB (DCF 2.0, 4.4)."""

# Adobe RGB (1998) Color Image Encoding, 4.3.1.2: the primaries, adapted to D50 by Bradford's
# method, and a gamma of 2 51/256.
_WHITE = (0.95045, 1.0, 1.08905)
_PRIMARIES = {
    b"rXYZ": (0.60974, 0.31111, 0.01947),
    b"gXYZ": (0.20528, 0.62567, 0.06087),
    b"bXYZ": (0.14919, 0.06322, 0.74457),
}
_GAMMA = 2.19921875
_NAME = b"Adobe RGB (1998) compatible"
_D50 = (0.9642, 1.0, 0.82491)


def is_adobe_rgb(exif: Image.Exif) -> bool:
    """Return whether a photo's Exif says that its values are Adobe RGB."""
    space = _read_tag(exif, _EXIF, _COLOUR_SPACE)
    if space == _ADOBE_RGB:
        return True
    index = _read_tag(exif, _INTEROP, _INTEROP_INDEX)
    return space != _SRGB and isinstance(index, str) and index.strip("\0 ") == _OPTION_FILE


def _read_tag(exif: Image.Exif, directory: int, tag: int) -> object:
    try:
        return exif.get_ifd(directory).get(tag)
    except Exception:  # noqa: BLE001 - Pillow raises anything where it is missing or damaged.
        return None


@lru_cache(maxsize=1)
def build_adobe_rgb() -> bytes:
    """Return the profile (ICC.1:2001-04, the version that every program reads)."""
    text = b"Built from the published primaries; no rights reserved.\0"
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(_GAMMA * 256))
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(_NAME) + 1) + _NAME + bytes(79),
        b"cprt": b"text" + bytes(4) + text,
        b"wtpt": _write_xyz(_WHITE),
        **{name: _write_xyz(value) for name, value in _PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    data = b""
    for content in tags.values():
        if content not in places:
            places[content] = start + len(data)
            data += content + bytes(-len(content) % 4)
    table = struct.pack(">I", len(tags)) + b"".join(
        name + struct.pack(">II", places[content], len(content)) for name, content in tags.items()
    )
    header = struct.pack(
        ">I4xI4s4s4s6H4s28x3i48x",
        *(start + len(data), 0x02100000, b"mntr", b"RGB ", b"XYZ "),
        *(2026, 1, 1, 0, 0, 0, b"acsp"),
        *(round(value * 65536) for value in _D50),
    )
    return header + table + data


def _write_xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(each * 65536) for each in value))
