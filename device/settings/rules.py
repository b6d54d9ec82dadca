"""One setting: what may be written for it, in the file or as a flag."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from device.contract.names import check_name, check_prefix
from device.settings.broker_address import BrokerAddress, parse_broker
from device.settings.camera_spec import CameraSpec, parse_camera

# Returns the value to use, or raises ValueError with the words after "must be", or UsageError.
Setting = Callable[[object], object]
_LONGEST_ADDRESS = 512


def text() -> Setting:
    """Any text that is not empty."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or not value.strip() or not _is_unicode(value):
            raise ValueError("text that is not empty")
        return value

    return convert


def camera() -> Setting:
    """A camera; a bare number is its index."""
    words = text()

    def convert(value: object) -> CameraSpec:
        if isinstance(value, int) and not isinstance(value, bool):
            return parse_camera(str(value))
        try:
            written = words(value)
        except ValueError:
            raise ValueError('such as "0", "/dev/video0" or "rtsp://…"') from None
        return parse_camera(str(written))

    return convert


def path() -> Setting:
    """A file or folder; ``~`` is the home folder."""

    def convert(value: object) -> Path:
        if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
            raise ValueError("a path")
        if not _is_unicode(str(value)):
            raise ValueError("a path of UTF-8, the only text that a configuration or a message has")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError("a path without ~, for this user has no home folder") from error

    return convert


def choice(*allowed: str) -> Setting:
    """One of a few words."""

    def convert(value: object) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return str(value)

    return convert


def whole(lowest: int, highest: int) -> Setting:
    """A whole number in a range."""

    def convert(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return value

    return convert


def threads() -> Setting:
    """How many CPU threads a model gets; no board has more cores."""
    return whole(1, 64)


def number(lowest: float, highest: float) -> Setting:
    """A number in a range; infinity only where ``highest`` is."""

    def convert(value: object) -> float:
        wanted = f"a number from {lowest:g} to {highest:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(wanted)  # noqa: TRY004 - as all of them
        try:
            found = float(value)
        except OverflowError:  # A whole number of hundreds of digits.
            raise ValueError(wanted) from None
        if not lowest <= found <= highest:
            raise ValueError(wanted)
        return found

    return convert


def yes_or_no() -> Setting:
    """``true`` or ``false``."""

    def convert(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")  # noqa: TRY004 - as all of them
        return value

    return convert


def name(what: str) -> Setting:
    """A name that is safe in topics and file names."""

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f'text in quotes, such as "{what}-1"')  # noqa: TRY004 - as all of them
        return check_name(value, what)

    return convert


def prefix() -> Setting:
    """The first levels of every topic."""

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError('text in quotes, such as "selvedge"')  # noqa: TRY004 - as all of them
        return check_prefix(value)

    return convert


def broker() -> Setting:
    """A broker's address."""

    def convert(value: object) -> BrokerAddress:
        if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS:
            raise ValueError("an address such as mqtt://localhost:1883")
        return parse_broker(value)

    return convert


def colour() -> Setting:
    """``#rrggbb``, or ``transparent``."""

    def convert(value: object) -> str:
        colour = value.lower() if isinstance(value, str) else ""
        if colour != "transparent" and not re.fullmatch("#[0-9a-f]{6}", colour):
            raise ValueError("a colour such as #ffffff, or transparent")
        return colour

    return convert


def _is_unicode(text: str) -> bool:
    """Whether text from the command line was UTF-8: Python keeps other bytes as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
