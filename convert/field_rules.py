"""Rules for the values of a JSON file that another program wrote or a person edited."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from convert.errors import UsageError

# A value's place in the file, such as ``input.dtype``; the test; what it wants, in words.
Rule = tuple[str, Callable[[Any], bool], str]


def text(place: str) -> Rule:
    """Want a string that is not empty."""
    return place, lambda value: isinstance(value, str) and value != "", "a string"


def integer(place: str) -> Rule:
    """Want a whole number."""
    return place, _is_integer, "a whole number"


def count(place: str) -> Rule:
    """Want a whole number above 0."""
    return place, lambda value: _is_integer(value) and value > 0, "a whole number above 0"


def counts(place: str) -> Rule:
    """Want whole numbers above 0, at least one."""

    def matches(value: object) -> bool:
        items = value if isinstance(value, list) else []
        return bool(items) and all(_is_integer(item) and item > 0 for item in items)

    return place, matches, "a list of whole numbers above 0"


def number(place: str) -> Rule:
    """Want a finite number."""
    return place, _is_number, "a finite number"


def positive(place: str) -> Rule:
    """Want a finite number above 0."""
    return place, lambda value: _is_number(value) and value > 0, "a number above 0"


def one_of(place: str, *allowed: str | int) -> Rule:
    """Want one of the values that this version knows."""

    def matches(value: object) -> bool:
        return any(value == each and type(value) is type(each) for each in allowed)

    return place, matches, " or ".join(json.dumps(each) for each in allowed)


def colour(place: str) -> Rule:
    """Want three channel values from 0 to 255."""

    def matches(value: object) -> bool:
        levels = value if isinstance(value, list) else []
        return len(levels) == 3 and all(_is_integer(each) and 0 <= each <= 255 for each in levels)

    return place, matches, "three whole numbers from 0 to 255"


def mapping(place: str) -> Rule:
    """Want an object."""
    return place, lambda value: isinstance(value, dict), "an object"


def check_fields(path: Path, values: Mapping[str, Any], rules: tuple[Rule, ...], fix: str) -> None:
    """Check a file's values, in the order of the rules.

    Args:
        path: the file, for the sentence.
        values: its content.
        rules: what they must be.
        fix: what a person can do about a wrong one.

    Raises:
        UsageError: names the first value that is missing or wrong.
    """
    for place, matches, wanted in rules:
        value: Any = values
        for name in place.split("."):
            if not isinstance(value, Mapping) or name not in value:
                raise UsageError(f"{path} lacks {place}: {fix}")
            value = value[name]
        if not matches(value):
            shown = json.dumps(value)[:40]
            raise UsageError(f"{path} has {place} = {shown}, this version reads {wanted}: {fix}")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - JSON holds anything until it is checked
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
