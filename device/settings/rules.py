"""What may be written for one setting, in the file or as a flag."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from device.contract.garment_tag import is_name_pattern
from device.contract.names import check_name, check_prefix
from device.settings.broker_address import BrokerAddress, parse_broker
from device.settings.camera_spec import CameraSpec, parse_camera
from device.settings.page_address import PageAddress, parse_page

FOREVER = float("inf")
# Room for a host name and a login of any length that a broker takes, and not for a pasted file.
_LONGEST_ADDRESS = 512

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Rule(Generic[T_co]):
    """What a setting must be.

    Attributes:
        wanted: the words after "must be".
        convert: makes the value to use of what was written. Raises `ValueError` with the words
            after "must be", or a `UsageError` with a sentence of its own.
        read: makes what a file would hold of a flag's text.
        choices: the only texts there are, where they are few.
        secret: whether what is written may hold a login, so that no error shows it.
    """

    wanted: str
    convert: Callable[[object], T_co]
    read: Callable[[str], object] = str
    choices: tuple[str, ...] = ()
    secret: bool = False


def text(wanted: str = "text that is not empty") -> Rule[str]:
    """Any text that is not empty."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or not value.strip() or not _is_unicode(value):
            raise ValueError(wanted)
        return value

    return Rule(wanted, convert)


def camera() -> Rule[CameraSpec]:
    """A camera; a bare number is its index."""
    written = text('such as "0", "/dev/v4l/by-id/…" or "rtsp://…"')

    def convert(value: object) -> CameraSpec:
        is_index = isinstance(value, int) and not isinstance(value, bool)
        return parse_camera(str(value) if is_index else written.convert(value))

    return Rule(written.wanted, convert, secret=True)


def path() -> Rule[Path]:
    """A file or folder; ``~`` is the home folder."""
    wanted = "a path"

    def convert(value: object) -> Path:
        if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
            raise ValueError(wanted)
        if not _is_unicode(str(value)):
            raise ValueError("a path of UTF-8, the only text that a configuration or a message has")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError("a path without ~, for this user has no home folder") from error

    return Rule(wanted, convert, Path)


def choice(*allowed: str) -> Rule[str]:
    """One of a few words."""
    wanted = "one of " + ", ".join(allowed)

    def convert(value: object) -> str:
        if value not in allowed:
            raise ValueError(wanted)
        return str(value)

    return Rule(wanted, convert, choices=allowed)


def whole(lowest: int, highest: int) -> Rule[int]:
    """A whole number in a range."""
    wanted = f"a whole number from {lowest} to {highest}"

    def convert(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(wanted)
        return value

    return Rule(wanted, convert, int)


def threads() -> Rule[int]:
    """How many CPU threads a model gets; no board has more cores."""
    return whole(1, 64)


def number(lowest: float, highest: float) -> Rule[float]:
    """A number in a range; infinity only where ``highest`` is."""
    wanted = f"a number from {lowest:g} to {highest:g}"

    def convert(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(wanted)  # noqa: TRY004 - as all of them
        try:
            found = float(value)
        except OverflowError:  # A whole number of hundreds of digits.
            raise ValueError(wanted) from None
        if not lowest <= found <= highest:
            raise ValueError(wanted)
        return found

    return Rule(wanted, convert, float)


def yes_or_no() -> Rule[bool]:
    """``true`` or ``false``."""
    wanted = "true or false"

    def convert(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(wanted)  # noqa: TRY004 - as all of them
        return value

    return Rule(wanted, convert)


def name(what: str) -> Rule[str]:
    """A name that is safe in topics and file names."""
    wanted = f'text in quotes, such as "{what}-1"'

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(wanted)  # noqa: TRY004 - as all of them
        return check_name(value, what)

    return Rule(wanted, convert)


def prefix() -> Rule[str]:
    """The first levels of every topic."""
    wanted = 'text in quotes, such as "selvedge"'

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(wanted)  # noqa: TRY004 - as all of them
        return check_prefix(value)

    return Rule(wanted, convert)


def broker() -> Rule[BrokerAddress]:
    """A broker's address."""
    wanted = "an address such as mqtt://localhost:1883"

    def convert(value: object) -> BrokerAddress:
        if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS:
            raise ValueError(wanted)
        return parse_broker(value)

    return Rule(wanted, convert, secret=True)


def page() -> Rule[PageAddress]:
    """Where the operator's page is served; a bare number is a port."""
    wanted = "a port such as 8765, an address such as 0.0.0.0:8765, auto or off"

    def convert(value: object) -> PageAddress:
        is_port = isinstance(value, int) and not isinstance(value, bool)
        if not (is_port or isinstance(value, str)) or len(str(value)) > _LONGEST_ADDRESS:
            raise ValueError(wanted)
        try:
            return parse_page(str(value))
        except ValueError:
            raise ValueError(wanted) from None

    return Rule(wanted, convert)


def host_names() -> Rule[str]:
    """Names of a machine, with commas between, or nothing."""
    wanted = "names of this machine with commas between, such as rig-1.studio.example"

    def convert(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_., -]{0,2048}", value):
            raise ValueError(wanted)
        return value.lower()

    return Rule(wanted, convert)


def colour() -> Rule[str]:
    """``#rrggbb``, or ``transparent``."""
    wanted = "a colour such as #ffffff, or transparent"

    def convert(value: object) -> str:
        colour = value.lower() if isinstance(value, str) else ""
        if colour != "transparent" and not re.fullmatch("#[0-9a-f]{6}", colour):
            raise ValueError(wanted)
        return colour

    return Rule(wanted, convert)


def name_pattern() -> Rule[str]:
    """A pattern for file names."""
    wanted = "such as {sku}_{view}_{number} or {sku:any}_{view}, with text between, or empty"

    def convert(value: object) -> str:
        if not isinstance(value, str) or not is_name_pattern(value):
            raise ValueError(wanted)
        return value

    return Rule(wanted, convert)


def _is_unicode(text: str) -> bool:
    """Whether text from the command line was UTF-8: Python keeps other bytes as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
