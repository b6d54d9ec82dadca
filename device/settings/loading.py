"""Put a configuration together: defaults, overridden by the file, overridden by flags."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from device.errors import UsageError
from device.settings.broker_address import TLS_KEYS, refuse_idle_tls
from device.settings.config import Config
from device.settings.declaration import Setting, list_settings, list_tables
from device.settings.rules import Rule
from device.system.hidden_logins import may_hold_login

# The standard library's TOML reader came with Python 3.11; before that it is a package.
_TOML = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
# Of a value that may be a whole file pasted into the wrong place.
_LONGEST_SHOWN = 120
# Under [camera], what stands after --camera.
_SOURCE = "source"


def load_config(file: Path | None, flags: Mapping[str, object]) -> Config:
    """Put the configuration together.

    Args:
        file: the TOML file, or None.
        flags: by key, as `Config` names them; those that are None were not given.

    Raises:
        UsageError: the file cannot be read, a key is unknown, a value cannot be used, or two
            values do not go together.
    """
    settings, tables = list_settings(Config), list_tables(Config)
    document = {} if file is None else _spread_camera(_read(file), file)
    where = f"in {file}"
    values = _convert(document, settings, tables=tuple(tables), where=where)
    for key, table in tables.items():
        inner = document.get(key, {})
        if not isinstance(inner, dict):
            raise UsageError(f"{key} {where} is not a table: write [{key}] above its keys")
        inner_values = _convert(inner, list_settings(table.owner), where=f"in [{key}] of {file}")
        values[key] = table.owner(**inner_values)
    written = {key: value for key, value in flags.items() if value is not None}
    values.update(_convert(written, settings, where="on the command line"))
    if "camera" not in values:
        raise UsageError(
            "no camera was named: give --camera 0, or camera = ... in the file of --config"
        )
    config = Config(**values)
    refuse_idle_tls(config.broker, {key: values.get(key) for key in TLS_KEYS})
    _refuse_contradictions(config, file)
    return config


def _refuse_contradictions(config: Config, file: Path | None) -> None:
    """Refuse values that do not go together."""
    if (config.output.canvas_width_px is None) != (config.output.canvas_height_px is None):
        raise UsageError(
            f"the canvas in [output] of {file} has one side: give canvas_width_px and"
            " canvas_height_px"
        )
    config.output.check_canvas(f"in [output] of {file}")
    if (config.picamera2.red_gain is None) != (config.picamera2.blue_gain is None):
        raise UsageError(
            f"the white balance in [picamera2] of {file} has one gain: give red_gain and blue_gain"
        )
    unsure, retake = config.verdict.blur_px, config.verdict.blur_retake_px
    if unsure > retake:
        raise UsageError(
            f"blur_px = {unsure:g} in [verdict] of {file} is more than blur_retake_px = {retake:g},"
            " so that no shot would be unsure: give blur_px the smaller number"
        )
    if config.camera_password_file is not None and config.camera.kind != "stream":
        raise UsageError(
            f"camera {config.camera} is none of the network, and camera_password_file is for one:"
            " leave it out"
        )
    _refuse_open_page(config)
    if config.trigger == "command" and config.camera.kind == "photos":
        raise UsageError(
            f"camera {config.camera} cannot be used with trigger command, for photos do not wait"
            " until they are asked for: leave the trigger out"
        )


def _refuse_open_page(config: Config) -> None:
    has_cert = config.page_cert_file is not None
    if has_cert != (config.page_key_file is not None):
        raise UsageError(
            "the page's certificate and its key go together: give page_cert_file and page_key_file"
        )
    page = config.page
    if page.switch == "on" and not (page.is_loopback or has_cert or config.page_plain_http):
        raise UsageError(
            f"the page at {page} could be listened to on its way: give page_cert_file and"
            " page_key_file, or page_plain_http = true on a network that only the studio is in"
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        # Windows' editors put a mark of UTF-8 before the first line.
        document: dict[str, Any] = _TOML.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"the config {file} cannot be read ({error.strerror}): name a TOML file"
        ) from error
    except ValueError as error:  # Both its TOMLDecodeError and UnicodeDecodeError are.
        raise UsageError(
            f"the config {file} is not TOML ({_cut(str(error))}): fix that line"
        ) from error
    except RecursionError as error:
        raise UsageError(
            f"the config {file} nests lists or tables too deeply: no setting has any inside"
        ) from error
    return document


def _spread_camera(document: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return a document whose table [camera], if it has one, is written as camera and camera_…."""
    table = document.get("camera")
    if not isinstance(table, dict):
        return document
    named = {"camera" if key == _SOURCE else f"camera_{key}": table[key] for key in table}
    if not any(key in list_settings(Config) for key in named):
        return document  # No table that was meant, but a wrong value.
    rest = {key: document[key] for key in document if key != "camera"}
    twice = next((key for key in named if key in rest), None)
    if twice is not None:
        raise UsageError(f"{twice} in {file} stands under [camera] too: leave one of them out")
    return {**rest, **named}


def _convert(
    written: Mapping[str, object],
    settings: Mapping[str, Setting],
    *,
    tables: tuple[str, ...] = (),
    where: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in written.items():
        if key in tables:
            continue
        if key not in settings:
            near = difflib.get_close_matches(key[:80], [*settings, *tables], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "--check-config prints all there are"
            raise UsageError(f"{_cut(repr(key))} {where} is not a setting: {hint}")
        values[key] = _apply(settings[key].rule, key, value, where)
    return values


def _apply(rule: Rule[object], key: str, value: object, where: str) -> object:
    try:
        return rule.convert(value)
    except ValueError as error:
        text = repr(value)
        secret = rule.secret or may_hold_login(text)
        shown = "not shown, for it may hold a login" if secret else _cut(text)
        raise UsageError(f"{key} {where} is {shown}: it must be {error}") from error


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
