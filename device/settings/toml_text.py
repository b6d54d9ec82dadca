"""The configuration as a file that would say the same."""

from __future__ import annotations

import re
from dataclasses import fields

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
            shown = redact_settings(value) if entry.name == "camera" else value
            plain.append(_line(entry.name, shown))
    return "\n".join([*plain, *tables])


def redact_settings(camera: str) -> str:
    """A camera's address without what may be a password in it."""
    return re.sub(r"(?<=://)[^/]*@", "…@", camera.partition("?")[0])


def _line(key: str, value: object) -> str:
    return f"# {key} is not set" if value is None else f"{key} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
