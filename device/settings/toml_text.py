"""The configuration as a TOML file."""

from __future__ import annotations

import tomli_w

from device.settings.config import Config
from device.settings.declaration import list_settings, list_tables


def describe(config: Config) -> str:
    """Return the configuration as a TOML file that means the same, without a camera's login."""
    lines = _describe(config)
    for key in list_tables(Config):
        lines += ["", f"[{key}]", *_describe(getattr(config, key))]
    return "\n".join(lines)


def format_toml(value: object) -> str:
    """Return a setting's value as it would be written in a file."""
    plain = value if isinstance(value, (bool, int, float)) else str(value)
    return tomli_w.dumps({"key": plain}).removeprefix("key = ").rstrip("\n")


def _describe(settings: object) -> list[str]:
    values = {key: getattr(settings, key) for key in list_settings(type(settings))}
    return [
        f"# {key} is not set" if value is None else f"{key} = {format_toml(value)}"
        for key, value in values.items()
    ]
