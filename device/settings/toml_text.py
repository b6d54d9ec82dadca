"""The configuration as a file that would say the same."""

from __future__ import annotations

from dataclasses import fields

import tomli_w

from device.settings.config import TABLES, Config


def describe(config: Config) -> str:
    """The configuration as a TOML file that would say the same, without logins of cameras."""
    plain, tables = [], []
    for entry in fields(config):
        value = getattr(config, entry.name)
        if entry.name in TABLES:
            lines = [_line(key, getattr(value, key)) for key in TABLES[entry.name]]
            tables.append("\n".join(["", f"[{entry.name}]", *lines]))
        else:
            plain.append(_line(entry.name, value))
    return "\n".join([*plain, *tables])


def _line(key: str, value: object) -> str:
    if value is None:
        return f"# {key} is not set"
    plain = value if isinstance(value, (bool, int, float)) else str(value)
    return tomli_w.dumps({key: plain}).rstrip("\n")
