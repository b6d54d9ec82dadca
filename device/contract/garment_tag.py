"""Which garment a shot shows: from a file's name, a code in the picture or a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from device.contract.names import is_name
from device.contract.transliteration import decode_name, transliterate

_PIECES = {
    # Not greedy: the fields after it come first.
    "{sku}": r"(?P<sku>[A-Za-z0-9_-][A-Za-z0-9._-]*?)",
    # Whatever people write; it is made a name.
    "{sku:any}": r"(?P<any>.+?)",
    # Begins with a letter, unlike a number: front, back-left, detail2.
    "{view}": r"(?P<view>[A-Za-z][A-Za-z0-9-]*)",
    "{number}": r"[0-9]+",
}
_FIELD = re.compile(r"\{[a-z]+(?::any)?\}")
# Added by programs that copy a file beside one of the same name.
_COPY = re.compile(r"(?: ?\([0-9]{1,4}\)| - Copy)+$")
# Names that cameras give by counting do not name a garment.
_COUNTER = re.compile(
    r"_?(?:IMG|DSC|DSCF|DSCN|MG|DSF|CIMG|GOPR|PXL|SAM|MVIMG|CAPTURE|PHOTO|IMAGE)[-_ ]?[0-9_-]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GarmentTag:
    """A garment, and the side of it that a shot shows.

    Attributes:
        sku: the garment's number in the catalogue, if known.
        view: ``front``, ``back``, …, if known.
        sku_original: the SKU as it was written, where `sku` had to be made of it.
    """

    sku: str | None = None
    view: str | None = None
    sku_original: str | None = None


UNTAGGED = GarmentTag()


def parse_code(text: str) -> GarmentTag | None:
    """Read the text of a QR code or barcode: ``SKU`` or ``SKU/VIEW``; None for anything else."""
    sku, slash, view = text.strip().partition("/")
    if not is_name(sku) or (slash and not is_name(view)):
        return None
    return GarmentTag(sku, view or None)


def parse_name(stem: str, pattern: str) -> GarmentTag:
    """Read a file's name.

    Args:
        stem: the name without its suffix.
        pattern: such as ``{sku}_{view}_{number}``; each field after the first may be missing,
            together with the text before it. An empty pattern matches nothing. ``{sku:any}`` takes
            any letters and makes a name of them.

    Returns:
        The tag; `UNTAGGED` if the name does not fit, or is one that cameras give by counting.
    """
    stem = _COPY.sub("", stem)
    if not pattern or is_counted(stem):
        return UNTAGGED
    match = _compile_pattern(pattern).fullmatch(stem)
    if match is None:
        return UNTAGGED
    found = match.groupdict()
    sku, view = found.get("sku"), found.get("view")
    written = found.get("any")
    if written is not None:
        sku = transliterate(written)
    original = None if written is None or written == sku else decode_name(written)
    if not is_name(sku):
        sku = original = None
    return GarmentTag(sku, view if is_name(view) else None, original)


def is_counted(stem: str) -> bool:
    """Whether a file's name is one that cameras give by counting, and so names no garment."""
    return _COUNTER.fullmatch(_COPY.sub("", stem)) is not None


def is_name_pattern(text: str) -> bool:
    """Whether `parse_name` can read names by this pattern."""
    placeholders = _FIELD.findall(text)
    known = set(placeholders) <= set(_PIECES) and len(set(placeholders)) == len(placeholders)
    skus = ("{sku}" in text) + ("{sku:any}" in text)
    return known and "}{" not in text and skus == bool(text)


@lru_cache(maxsize=4)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the pattern as a regular expression: all after the first field is optional."""
    parts: list[str] = []
    start = 0
    for number, field in enumerate(_FIELD.finditer(pattern)):
        piece = re.escape(pattern[start : field.start()]) + _PIECES[field.group()]
        parts.append(piece if number == 0 else f"(?:{piece})?")
        start = field.end()
    tail = re.escape(pattern[start:])
    return re.compile("".join(parts) + tail)
