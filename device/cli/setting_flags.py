"""Flags from the declarations of settings, so that each is described once."""

from __future__ import annotations

import argparse
from typing import Any, Protocol

from device.cli.argument_types import argparse_type
from device.settings.broker_address import (
    TLS_KEYS,
    BrokerAddress,
    parse_broker,
    refuse_idle_tls,
)
from device.settings.config import Config
from device.settings.declaration import list_settings


class _Flags(Protocol):
    """A parser, or a group of its flags."""

    def add_argument(self, *names: str, **options: Any) -> Any:  # noqa: ANN401 - argparse's own
        """Add a flag."""
        ...


def add_config_flags(parser: _Flags) -> None:
    """Add every flag of the daemon; `device.settings.loading.load_config` refuses their values."""
    for key, setting in list_settings(Config).items():
        if setting.flag is not None:
            add_setting_flag(parser, Config, key)


def add_login_flags(parser: _Flags) -> None:
    """Add the flags for the broker's password and for TLS."""
    for key in ("password_file", *TLS_KEYS):
        add_setting_flag(parser, Config, key)


def add_setting_flag(parser: _Flags, owner: type, key: str, *, checks: bool = False) -> None:
    """Add one flag.

    Args:
        parser: or a group of it.
        owner: the dataclass that declares the setting, with a flag.
        key: of the setting.
        checks: whether the rule is applied while flags are parsed, where nobody does it later.
    """
    setting = list_settings(owner)[key]
    rule, flag = setting.rule, setting.flag
    assert flag is not None  # noqa: S101 - for the type checker; a slip of a programmer
    options: dict[str, Any] = {"help": setting.flag_help}
    if isinstance(setting.default, bool):
        options |= {"action": "store_true", "default": None}
    elif rule.choices:
        options["choices"] = rule.choices
    else:
        options["type"] = argparse_type(rule) if checks else rule.read
        options["metavar"] = flag.metavar
    parser.add_argument(f"--{key.replace('_', '-')}", **options)


def read_broker(options: argparse.Namespace) -> BrokerAddress:
    """Return the broker that ``--broker`` names.

    Raises:
        UsageError: it is no address, or a file for TLS is set and the address has no TLS.
    """
    address = parse_broker(options.broker)
    refuse_idle_tls(
        address, {f"--{key.replace('_', '-')}": getattr(options, key) for key in TLS_KEYS}
    )
    return address
