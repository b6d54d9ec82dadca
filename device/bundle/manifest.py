"""Reads a bundle's manifest.json field by field, and reports each fault in one sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from device.bundle.checked_file import read_once
from device.errors import UsageError
from device.system.path_check import is_folder

MANIFEST_FILE = "manifest.json"
FORMAT = "selvedge-bundle"
FORMAT_VERSION = 2
"""From 2 on a bundle may have an output beside the garment's."""
DTYPES = ("int8", "uint8", "float32")
# A hundred times one with a long recipe.
_LARGEST_BYTES = 1_000_000

Value = TypeVar("Value", bound="str | int")


class Fields:
    """One JSON object of the manifest, with its place in the file for error sentences."""

    def __init__(self, source: Path, place: str, values: Mapping[str, Any]) -> None:
        self._source = source
        self._place = place
        self._values = values

    def names(self) -> Iterable[str]:
        """Return the names of the fields present."""
        return self._values.keys()

    def section(self, name: str) -> Fields:
        """Return the object under ``name``."""
        return Fields(self._source, f"{self._place}{name}.", self.mapping(name))

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return the object under ``name`` as a mapping."""
        value = self._get(name)
        if not isinstance(value, dict):
            raise self._wrong(name, value, "an object")
        return value

    def text(self, name: str) -> str:
        """Return a string that is not empty."""
        value = self._get(name)
        if not isinstance(value, str) or not value or not _is_unicode(value):
            raise self._wrong(name, value, "a string")
        return value

    def integer(self, name: str) -> int:
        """Return a whole number."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, value, "a whole number")
        return value

    def count(self, name: str) -> int:
        """Return a whole number above 0."""
        value = self.integer(name)
        if value < 1:
            raise self._wrong(name, value, "a whole number above 0")
        return value

    def number(self, name: str) -> float:
        """Return a finite number."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name, value, "a number")
        if not math.isfinite(value):
            raise self._wrong(name, value, "a finite number")
        return float(value)

    def positive(self, name: str) -> float:
        """Return a finite number above 0."""
        value = self.number(name)
        if value <= 0:
            raise self._wrong(name, value, "a number above 0")
        return value

    def one_of(self, name: str, allowed: tuple[Value, ...]) -> Value:
        """Return one of the values that this version of the device knows."""
        value = self._get(name)
        for candidate in allowed:
            if value == candidate and type(value) is type(candidate):
                return candidate
        raise self._wrong(name, value, " or ".join(json.dumps(each) for each in allowed))

    def colour(self, name: str) -> tuple[int, int, int]:
        """Return three channel values from 0 to 255."""
        match self._get(name):
            case [int(a), int(b), int(c)] if all(0 <= each <= 255 for each in (a, b, c)):
                return a, b, c
            case value:
                raise self._wrong(name, value, "three whole numbers from 0 to 255")

    def quantisation(self) -> tuple[str, float, int]:
        """Return the fields ``dtype``, ``scale`` and ``zero_point``; float32 needs no scale."""
        dtype = self.one_of("dtype", DTYPES)
        if dtype == "float32":
            return dtype, 1.0, 0
        return dtype, self.positive("scale"), self.integer("zero_point")

    def _get(self, name: str) -> Any:  # noqa: ANN401 - JSON holds anything until it is checked.
        if name not in self._values:
            raise UsageError(
                f"{self._source} lacks {self._place}{name}: make the bundle again with "
                "`python -m convert`"
            )
        return self._values[name]

    def _wrong(self, name: str, value: object, wanted: str) -> UsageError:
        shown = json.dumps(value)[:40]
        return UsageError(
            f"{self._source} has {self._place}{name} = {shown} where this version reads {wanted}: "
            "make the bundle again with `python -m convert`"
        )


def _is_unicode(text: str) -> bool:
    """Whether no half of a pair stands alone, which JSON can write and no message can carry."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def read_manifest(folder: Path) -> bytes:
    """Read ``folder/manifest.json``.

    Raises:
        UsageError: folder or manifest missing, no file, or too large.
    """
    if not is_folder(folder):
        raise UsageError(f"bundle {folder} is not a folder: give one with a manifest.json in it")
    path = folder / MANIFEST_FILE
    try:
        return read_once(path, _LARGEST_BYTES)
    except FileNotFoundError:
        raise UsageError(
            f"bundle {folder} has no manifest.json: give a folder that `python -m convert` wrote"
        ) from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): copy the bundle again"
        ) from None


def parse_manifest(folder: Path, manifest: bytes) -> Fields:
    """Recognise a bundle's manifest.

    Args:
        folder: of the bundle, for errors.
        manifest: as `read_manifest` read it.

    Raises:
        UsageError: not JSON, not a bundle's, or too new.
    """
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(manifest.decode("utf-8"))
    except ValueError as error:
        raise UsageError(
            f"{path} cannot be read as JSON ({error}): copy the bundle again"
        ) from None
    except RecursionError:
        raise UsageError(
            f"{path} nests lists or objects too deeply: get the bundle from its maker again"
        ) from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UsageError(f"{path} is not the manifest of a bundle: its format is not {FORMAT!r}")
    fields = Fields(path, "", values)
    version = fields.count("format_version")
    if version > FORMAT_VERSION:
        raise UsageError(
            f"{path} has format_version {version} and this device reads up to {FORMAT_VERSION}: "
            "update selvedge on the device"
        )
    return fields
