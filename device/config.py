"""What the daemon is told: defaults, overridden by the TOML file, overridden by flags."""

from __future__ import annotations

import difflib
import importlib
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from device import setting
from device.broker_address import BrokerAddress, parse_broker
from device.bundle import default_bundle_path
from device.errors import UsageError
from device.names import nearest_name
from device.preview import PreviewSettings
from device.setting import Setting
from device.state_dir import default_state_dir
from device.trigger import StillSettings

# The standard library's TOML reader came with Python 3.11; before that it is a package.
_TOML = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the daemon is told. The names are those of the file's keys.

    Attributes:
        camera: as after ``--camera``; the only one without a default.
        broker: where to publish; without one, a broker inside the daemon for this machine alone.
        rig: the rig's name in every topic; the machine's unless told.
        prefix: first levels of every topic.
        model: folder of the model bundle.
        backend: ``auto``, ``cpu`` or ``edgetpu``.
        threads: CPU threads for the model; all cores up to four unless told.
        trigger: ``still``, ``every`` or ``command``.
        every_s: least time between two shots of ``every``; photos of a folder do not wait for it.
        shots: end after so many shots.
        seconds: end after so many seconds.
        state_dir: where the spool is.
        spool_max_mb: shots are refused, loudly, when the spool would exceed this.
        password_file: file with the broker's password.
        ca_file: certificate authorities to trust for TLS.
        broker_wait_s: how long to wait for the broker at the start; ``inf`` starts without it.
        drain_s: how long to wait for the last acknowledgements at the end.
        camera_width_px: picture width to ask the camera for.
        camera_height_px: picture height to ask the camera for.
        camera_fps: rate to ask the camera for.
        paced: play a video file at its own speed instead of as fast as it is read.
        still: the table ``[still]``, see `device.trigger.StillSettings`.
        preview: the table ``[preview]``, see `device.preview.PreviewSettings`.
    """

    camera: str
    broker: BrokerAddress = field(default_factory=lambda: parse_broker("embedded"))
    rig: str = field(default_factory=lambda: nearest_name(socket.gethostname(), "rig"))
    prefix: str = "selvedge"
    model: Path = field(default_factory=default_bundle_path)
    backend: str = "auto"
    threads: int | None = None
    trigger: str = "still"
    every_s: float = 0.0
    shots: int | None = None
    seconds: float | None = None
    state_dir: Path = field(default_factory=default_state_dir)
    spool_max_mb: int = 4096
    password_file: Path | None = None
    ca_file: Path | None = None
    broker_wait_s: float = 5.0
    drain_s: float = 15.0
    camera_width_px: int | None = None
    camera_height_px: int | None = None
    camera_fps: float | None = None
    paced: bool = True
    still: StillSettings = field(default_factory=StillSettings)
    preview: PreviewSettings = field(default_factory=PreviewSettings)


SETTINGS: Mapping[str, Setting] = {
    "camera": setting.text(),
    "broker": setting.broker(),
    "rig": setting.name("rig"),
    "prefix": setting.prefix(),
    "model": setting.path(),
    "backend": setting.choice("auto", "cpu", "edgetpu"),
    "threads": setting.whole(1, 64),
    "trigger": setting.choice("still", "every", "command"),
    "every_s": setting.number(0, 86400),
    "shots": setting.whole(1, 10**9),
    "seconds": setting.number(0.1, 10**9),
    "state_dir": setting.path(),
    "spool_max_mb": setting.whole(1, 10**7),
    "password_file": setting.path(),
    "ca_file": setting.path(),
    "broker_wait_s": setting.number(0, FOREVER),
    "drain_s": setting.number(0, 86400),
    "camera_width_px": setting.whole(16, 32768),
    "camera_height_px": setting.whole(16, 32768),
    "camera_fps": setting.number(0.1, 1000),
    "paced": setting.yes_or_no(),
}
TABLES: Mapping[str, Mapping[str, Setting]] = {
    "still": {
        "settle_s": setting.number(0.1, 60),
        "motion_share": setting.number(0.0001, 1),
        "change_share": setting.number(0.0001, 1),
        "garment_share": setting.number(0, 1),
    },
    "preview": {
        "max_per_s": setting.number(0.1, 30),
        "longest_px": setting.whole(64, 4096),
        "quality": setting.whole(1, 100),
    },
}


def load_config(file: Path | None, flags: Mapping[str, object]) -> Config:
    """Put the configuration together.

    Args:
        file: the TOML file, or None.
        flags: by key, as `Config` names them; those that are None were not given.

    Raises:
        UsageError: the file cannot be read, a key is unknown, a value cannot be used, or two
            values do not go together.
    """
    given = {} if file is None else _read(file)
    where = f"in {file}"
    values = _convert(given, SETTINGS, tables=tuple(TABLES), where=where)
    for table, settings in TABLES.items():
        inner = given.get(table, {})
        if not isinstance(inner, dict):
            raise UsageError(f"{table} {where} is not a table: write [{table}] above its keys")
        made = StillSettings if table == "still" else PreviewSettings
        values[table] = made(**_convert(inner, settings, where=f"in [{table}] of {file}"))
    stated = {key: value for key, value in flags.items() if value is not None}
    values.update(_convert(stated, SETTINGS, where="on the command line"))
    if "camera" not in values:
        raise UsageError(
            "no camera was named: give --camera 0, or camera = ... in the file of --config"
        )
    config = Config(**values)
    if config.trigger == "command" and config.camera.startswith("folder:"):
        raise UsageError(
            f"camera {config.camera} cannot be used with trigger command, for photos do not wait"
            " until they are asked for: leave the trigger out"
        )
    return config


def describe(config: Config) -> str:
    """The configuration as a TOML file that would say the same, without logins of cameras."""
    plain, tables = [], []
    for entry in fields(config):
        value = getattr(config, entry.name)
        if entry.name in TABLES:
            lines = [f"{key} = {_toml(getattr(value, key))}" for key in TABLES[entry.name]]
            tables.append("\n".join(["", f"[{entry.name}]", *lines]))
        elif value is None:
            plain.append(f"# {entry.name} is not set")
        else:
            shown = without_login(value) if entry.name == "camera" else value
            plain.append(f"{entry.name} = {_toml(shown)}")
    return "\n".join([*plain, *tables])


def without_login(camera: str) -> str:
    """A camera's address without what may be a password in it."""
    return re.sub(r"(?<=://)[^/]*@", "…@", camera.partition("?")[0])


def _read(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = _TOML.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"the config {file} cannot be read ({error.strerror}): name a TOML file"
        ) from error
    except ValueError as error:  # Both its TOMLDecodeError and UnicodeDecodeError are.
        raise UsageError(f"the config {file} is not TOML ({error}): mend that line") from error
    return document


def _convert(
    given: Mapping[str, object],
    settings: Mapping[str, Setting],
    *,
    tables: tuple[str, ...] = (),
    where: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in tables:
            continue
        if key not in settings:
            near = difflib.get_close_matches(key, [*settings, *tables], n=1, cutoff=0)
            raise UsageError(f"{key!r} {where} is not a setting: did you mean {near[0]!r}?")
        values[key] = _value(settings[key], key, value, where)
    return values


def _value(rule: Setting, key: str, value: object, where: str) -> object:
    try:
        return rule(value)
    except ValueError as error:
        raise UsageError(f"{key} {where} is {value!r}: it must be {error}") from error


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
