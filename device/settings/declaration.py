"""One declaration a setting: its rule, default, help and flag stand together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from device.settings.rules import Rule

T = TypeVar("T")
_SETTING = "setting"
_TABLE = "table"

_NO_DEFAULT: Any = MISSING


@dataclass(frozen=True, slots=True)
class Flag:
    """How a setting is written on the command line: its key, with hyphens.

    Attributes:
        metavar: what stands for its value in the help; None where the help lists the choices.
        help_text: for a command whose help is shorter than the setting's.
        shows_default: whether the help ends with the default.
    """

    metavar: str | None = None
    help_text: str | None = None
    shows_default: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What is declared about one setting.

    Attributes:
        rule: what may be written for it.
        help_text: what it does, for people: no full stop.
        default: its value where nothing is written; None where nothing is set then.
        default_words: the default for people, where the value says little or is found out at the
            start.
        required: whether it has no default.
        flag: None where it stands in the file alone.
    """

    rule: Rule[object]
    help_text: str
    default: object
    default_words: str | None
    required: bool
    flag: Flag | None

    @property
    def flag_help(self) -> str:
        """Its line in the help of a command."""
        flag = self.flag or Flag()
        line = flag.help_text or self.help_text
        if not flag.shows_default:
            return line
        return f"{line} (default: {self.default_words or self.default})"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file.

    Attributes:
        owner: the dataclass of its settings, all of which have defaults.
        help_text: what it is about, in sentences.
    """

    owner: type
    help_text: str


def declare(
    rule: Rule[T],
    help_text: str,
    *,
    default: T = _NO_DEFAULT,
    make: Callable[[], T] | None = None,
    default_words: str | None = None,
    flag: Flag | None = None,
) -> T:
    """Declare a field of a settings' dataclass.

    Args:
        rule: see `Setting`, as all but the next.
        help_text: see there.
        default: see there.
        make: finds out the default, at the start.
        default_words: see there.
        flag: see there.

    Returns:
        The field, for `dataclasses.dataclass`; it has a default if one was given.
    """
    known = None if default is MISSING else default
    required = default is MISSING and make is None
    metadata = {_SETTING: Setting(rule, help_text, known, default_words, required, flag)}
    if make is not None:
        return field(default_factory=make, metadata=metadata)
    return field(default=default, metadata=metadata)


def declare_table(owner: type[T], help_text: str) -> T:
    """Declare a field that is a table of the file; see `Table`."""
    return field(default_factory=owner, metadata={_TABLE: Table(owner, help_text)})


def list_settings(owner: type) -> Mapping[str, Setting]:
    """Return the settings that a dataclass declares, by key, in its order."""
    return _read_metadata(owner, _SETTING)


def list_tables(owner: type) -> Mapping[str, Table]:
    """Return the tables that a dataclass declares, by key, in its order."""
    return _read_metadata(owner, _TABLE)


def _read_metadata(owner: type, kind: str) -> dict[str, Any]:
    return {entry.name: entry.metadata[kind] for entry in fields(owner) if kind in entry.metadata}
