"""What the daemon is told: defaults, overridden by the TOML file, overridden by flags."""

from __future__ import annotations

import difflib
import importlib
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device.bundle.shipped import default_bundle_path
from device.contract.garment_tag import name_pattern
from device.contract.names import suggest_name
from device.errors import UsageError
from device.settings import rules as setting
from device.settings.broker_address import BrokerAddress, parse_broker, refuse_idle_tls
from device.settings.camera import AS_THEY_ARE, CameraSettings
from device.settings.camera_spec import CameraSpec
from device.settings.output import OutputSettings
from device.settings.preview import PreviewSettings
from device.settings.rules import Setting
from device.settings.still import StillSettings
from device.settings.verdict import VerdictSettings
from device.system.state_dir import default_state_dir

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
        trust: public key; only bundles that its owner signed are run.
        backend: ``auto``, ``cpu`` or ``edgetpu``.
        threads: CPU threads for the model; all cores up to four unless told.
        trigger: ``still``, ``every`` or ``command``.
        every_s: least time between two shots of ``every``; photos of a folder do not wait for it.
        shots: end after so many shots.
        seconds: end after so many seconds.
        state_dir: where the spool is.
        spool_max_mb: shots are refused, loudly, when the spool would exceed this.
        spool_max_days: shots are refused, loudly, while one has waited longer; none is dropped.
        password_file: file with the broker's password.
        ca_file: certificate authorities to trust for TLS.
        cert_file: this rig's own certificate, where the broker asks for one.
        key_file: the private key that belongs to it.
        broker_wait_s: how long to wait for the broker at the start; ``inf`` starts without it.
        metrics_port: serve figures for Prometheus on this port of this machine; needs the extra
            ``metrics``.
        drain_s: how long to wait for the last acknowledgements at the end.
        camera_width_px: picture width to ask the camera for.
        camera_height_px: picture height to ask the camera for.
        camera_fps: rate to ask the camera for.
        camera_format: ``mjpeg`` or ``yuyv``, as a USB camera sends its pictures.
        file_names: what the names of a hot folder's files say: ``{sku}``, ``{view}`` and
            ``{number}`` with text between; all but the first may be missing. Empty: nothing.
        sku_codes: look for QR codes and barcodes in the picture; they say ``SKU`` or ``SKU/VIEW``.
        sku_codes_last_s: how long a code goes for the shots after it, unless another is shown.
        paced: play a video file at its own speed instead of as fast as it is read.
        picamera2: the table ``[picamera2]``, see `device.settings.camera.CameraSettings`.
        still: the table ``[still]``, see `device.settings.still.StillSettings`.
        shot_second_look: ask the model again about the garment that it found, for a better mask.
        shot_parts: look at the garment's parts too, for a better edge.
        preview: the table ``[preview]``, see `device.preview.PreviewSettings`.
        output: the table ``[output]``, see `device.settings.output.OutputSettings`.
        verdict: the table ``[verdict]``, see `device.verdict.VerdictSettings`.
    """

    camera: CameraSpec
    broker: BrokerAddress = field(default_factory=lambda: parse_broker("embedded"))
    rig: str = field(default_factory=lambda: suggest_name(socket.gethostname(), "rig"))
    prefix: str = "selvedge"
    model: Path = field(default_factory=default_bundle_path)
    trust: Path | None = None
    backend: str = "auto"
    threads: int | None = None
    trigger: str = "still"
    every_s: float = 0.0
    shots: int | None = None
    seconds: float | None = None
    state_dir: Path = field(default_factory=default_state_dir)
    spool_max_mb: int = 4096
    spool_max_days: float = 30.0
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    broker_wait_s: float = 5.0
    drain_s: float = 15.0
    metrics_port: int | None = None
    camera_width_px: int | None = None
    camera_height_px: int | None = None
    camera_fps: float | None = None
    camera_format: str = "mjpeg"
    file_names: str = "{sku}_{view}_{number}"
    sku_codes: bool = False
    sku_codes_last_s: float = 900.0
    paced: bool = True
    picamera2: CameraSettings = AS_THEY_ARE
    still: StillSettings = field(default_factory=StillSettings)
    shot_second_look: bool = True
    shot_parts: bool = True
    preview: PreviewSettings = field(default_factory=PreviewSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    verdict: VerdictSettings = field(default_factory=VerdictSettings)


SETTINGS: Mapping[str, Setting] = {
    "camera": setting.camera(),
    "broker": setting.broker(),
    "rig": setting.name("rig"),
    "prefix": setting.prefix(),
    "model": setting.path(),
    "trust": setting.path(),
    "backend": setting.choice("auto", "cpu", "edgetpu"),
    "threads": setting.threads(),
    "trigger": setting.choice("still", "every", "command"),
    "every_s": setting.number(0, 86400),
    "shots": setting.whole(1, 10**9),
    "seconds": setting.number(0.1, 10**9),
    "state_dir": setting.path(),
    "spool_max_mb": setting.whole(1, 10**7),
    "spool_max_days": setting.number(0.01, FOREVER),
    "password_file": setting.path(),
    "ca_file": setting.path(),
    "cert_file": setting.path(),
    "key_file": setting.path(),
    "broker_wait_s": setting.number(0, FOREVER),
    "drain_s": setting.number(0, 86400),
    "metrics_port": setting.whole(1, 65535),
    "camera_width_px": setting.whole(16, 32768),
    "camera_height_px": setting.whole(16, 32768),
    "camera_fps": setting.number(0.1, 1000),
    "camera_format": setting.choice("mjpeg", "yuyv"),
    "file_names": name_pattern(),
    "sku_codes": setting.yes_or_no(),
    "sku_codes_last_s": setting.number(1, 86400),
    "paced": setting.yes_or_no(),
    "shot_second_look": setting.yes_or_no(),
    "shot_parts": setting.yes_or_no(),
}
TABLES: Mapping[str, Mapping[str, Setting]] = {
    "picamera2": {
        "exposure_us": setting.whole(1, 10**9),
        "gain": setting.number(1, 1000),
        "red_gain": setting.number(0, 32),
        "blue_gain": setting.number(0, 32),
        "lens_position": setting.number(0, 100),
    },
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
    "output": {
        # JPEG needs a second file for its alpha, and a shot is one message.
        "format": setting.choice("png", "webp"),
        "quality": setting.whole(1, 100),
        "crop": setting.yes_or_no(),
        "margin": setting.number(0, 1),
        "canvas_width_px": setting.whole(16, 16384),
        "canvas_height_px": setting.whole(16, 16384),
        "fill": setting.number(0.05, 1),
        "longest_px": setting.whole(16, 16384),
        "background": setting.colour(),
    },
    "verdict": {
        "garment_share": setting.number(0, 1),
        "edge_touch_share": setting.number(0, 1),
        "blur_px": setting.number(0, 1000),
        "blur_retake_px": setting.number(0, 1000),
        "motion_share": setting.number(0, 1),
        "clipped_share": setting.number(0, 1),
        "clipped_retake_share": setting.number(0, 1),
        "scene_clipped_share": setting.number(0, 1),
        "dark_level": setting.number(0, 255),
        "dark_retake_level": setting.number(0, 255),
        "light_drift_stops": setting.number(0, 20),
        "white_drift": setting.number(0, 10),
        "faint_share": setting.number(0, 1),
        "bare_share": setting.number(0, 1),
        "islands": setting.whole(1, 1000),
        "holes": setting.whole(0, 1000),
    },
}
_MADE: Mapping[str, Callable[..., object]] = {
    "picamera2": CameraSettings,
    "still": StillSettings,
    "preview": PreviewSettings,
    "output": OutputSettings,
    "verdict": VerdictSettings,
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
        values[table] = _MADE[table](**_convert(inner, settings, where=f"in [{table}] of {file}"))
    stated = {key: value for key, value in flags.items() if value is not None}
    values.update(_convert(stated, SETTINGS, where="on the command line"))
    if "camera" not in values:
        raise UsageError(
            "no camera was named: give --camera 0, or camera = ... in the file of --config"
        )
    config = Config(**values)
    tls_files = {key: values.get(key) for key in ("ca_file", "cert_file", "key_file")}
    refuse_idle_tls(config.broker, tls_files)
    if (config.output.canvas_width_px is None) != (config.output.canvas_height_px is None):
        raise UsageError(
            f"the canvas in [output] of {file} has one side: give canvas_width_px and"
            " canvas_height_px"
        )
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
    if config.trigger == "command" and config.camera.kind == "photos":
        raise UsageError(
            f"camera {config.camera} cannot be used with trigger command, for photos do not wait"
            " until they are asked for: leave the trigger out"
        )
    return config


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
            f"the config {file} is not TOML ({_cut(str(error))}): mend that line"
        ) from error
    except RecursionError as error:
        raise UsageError(
            f"the config {file} nests lists or tables too deeply: no setting has any inside"
        ) from error
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
            near = difflib.get_close_matches(key[:80], [*settings, *tables], n=1)
            mend = f"did you mean {near[0]!r}?" if near else "--check-config prints all there are"
            raise UsageError(f"{_cut(repr(key))} {where} is not a setting: {mend}")
        values[key] = _value(settings[key], key, value, where)
    return values


def _value(rule: Setting, key: str, value: object, where: str) -> object:
    try:
        return rule(value)
    except ValueError as error:
        raise UsageError(f"{key} {where} is {_cut(repr(value))}: it must be {error}") from error


def _cut(text: str) -> str:
    """What a person needs of a text that may be a whole file pasted into the wrong place."""
    return text if len(text) <= 120 else f"{text[:120]}…"
