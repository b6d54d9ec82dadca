"""The daemon's settings: defaults, file, flags."""

from __future__ import annotations

import random
import re
from dataclasses import fields
from pathlib import Path

import pytest

from device.errors import UsageError
from device.settings.camera import CameraSettings
from device.settings.config import Config
from device.settings.declaration import list_settings, list_tables
from device.settings.loading import load_config
from device.settings.output import OutputSettings
from device.settings.preview import PreviewSettings
from device.settings.rules import FOREVER
from device.settings.still import StillSettings
from device.settings.table import format_page
from device.settings.toml_text import describe


def _write(folder: Path, text: str) -> Path:
    path = folder / "rig.toml"
    path.write_text(text, "utf-8")
    return path


def test_flags_win_over_file_and_file_over_defaults(tmp_path: Path) -> None:
    """A flag overrides the file, the file overrides the default."""
    file = _write(tmp_path, 'camera = "1"\nrig = "file"\nbroker_wait_s = inf\nthreads = 2\n')
    config = load_config(file, {"rig": "flag", "threads": None})
    assert (str(config.camera), config.rig, config.threads) == ("1", "flag", 2)
    assert config.broker_wait_s == FOREVER
    assert config.prefix == "selvedge"
    assert config.still == StillSettings()


def test_tables_are_read(tmp_path: Path) -> None:
    """The tables [still] and [preview] set what they name and leave the rest."""
    file = _write(tmp_path, 'camera = "0"\n[still]\nsettle_s = 2\n[preview]\nlongest_px = 320\n')
    config = load_config(file, {})
    assert config.still == StillSettings(settle_s=2.0)
    assert config.preview == PreviewSettings(longest_px=320)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ('camra = "0"', "camera"),
        ('camera = "0"\nstate-dir = "x"', "state_dir"),
        ('camera = "0"\n[still]\nsettle = 1', "settle_s"),
        ('camera = "0"\n[stil]\nsettle_s = 1', "still"),
    ],
)
def test_unknown_key_names_the_nearest(tmp_path: Path, text: str, nearest: str) -> None:
    """A misspelt key is refused with the file's name and the key that was meant."""
    file = _write(tmp_path, text)
    with pytest.raises(UsageError, match=f"{re.escape(str(file))}.* did you mean '{nearest}'"):
        load_config(file, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("shots", 0), ("shots", 1.5), ("shots", True), ("seconds", -1), ("seconds", "5")),
        *(("rig", "a/b"), ("rig", ".hidden"), ("rig", "x" * 65), ("rig", "+"), ("rig", "a\n")),
        *(("prefix", "a//b"), ("prefix", "/a"), ("prefix", "#"), ("prefix", "../x")),
        *(("trigger", "sometimes"), ("backend", "gpu"), ("threads", 0), ("camera", " ")),
        *(("camera", True), ("camera", 1.5), ("broker", "x" * 9999), ("spool_max_days", 10**400)),
        *(("broker", "studio"), ("broker_wait_s", float("nan")), ("paced", 1)),
    ],
)
def test_unusable_value_is_refused(key: str, value: object) -> None:
    """A value out of its range or form is refused by one line that names it."""
    with pytest.raises(UsageError) as refusal:
        load_config(None, {"camera": "0", key: value})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("value", ["true", "7", "1.5", "[]", "['x']", "{a = 1}", "2026-01-01"])
def test_only_text_is_taken_for_text(tmp_path: Path, value: str) -> None:
    """A setting that is text refuses a number, a truth or a list, by its key, file and value."""
    numbers = {"int", "float", "int | None", "float | None", "bool"}
    texts = {
        f"[{table}]\n{key}": key
        for table, made in (("", Config), ("still", StillSettings), ("output", OutputSettings))
        for key in list_settings(made)
        if next(entry.type for entry in fields(made) if entry.name == key) not in numbers
    }
    assert len(texts) > 15
    for line, key in texts.items():
        if value == "7" and key in {"camera", "page"}:
            continue  # The index of a camera and a port may stand bare.
        file = _write(tmp_path, f"{line.removeprefix('[]')} = {value}\n")
        with pytest.raises(UsageError, match=rf"^{key} in .*rig.toml is .*: it must be "):
            load_config(file, {})


@pytest.mark.parametrize("content", [None, b"camera = ", b"\xff", b"still = 3\ncamera = '0'"])
def test_broken_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing or broken file is refused by its name."""
    path = tmp_path / "rig.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(str(path))):
        load_config(path, {})


def test_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    """A byte order mark and its line ends are no fault; a camera's index may stand bare."""
    path = tmp_path / "rig.toml"
    path.write_bytes(b'\xef\xbb\xbfcamera = 0\r\nrig = "studio-1"\r\n')
    config = load_config(path, {})
    assert (str(config.camera), config.rig) == ("0", "studio-1")


def test_limits_of_the_verdict_that_leave_no_unsure_are_refused(tmp_path: Path) -> None:
    """Blur that would be a retake before it is unsure is a slip of two numbers."""
    file = _write(tmp_path, 'camera = "0"\n[verdict]\nblur_px = 5\nblur_retake_px = 4\n')
    with pytest.raises(UsageError, match="blur_px the smaller number"):
        load_config(file, {})


def test_camera_is_asked_for() -> None:
    """Without a camera the error says how to name one."""
    with pytest.raises(UsageError, match="--camera 0"):
        load_config(None, {})


def test_folder_is_not_shot_on_command(tmp_path: Path) -> None:
    """Photos read once do not wait to be asked for; a hot folder's are shot as they come."""
    file = _write(tmp_path, 'trigger = "command"\n')
    with pytest.raises(UsageError, match=r"^camera photos:inbox .*trigger command[^\n]*$"):
        load_config(file, {"camera": "photos:inbox"})
    for camera in ("0", "folder:inbox"):
        assert load_config(file, {"camera": camera}).trigger == "command"


def test_settings_of_the_pi_camera_are_a_table(tmp_path: Path) -> None:
    """Exposure and white balance stand in [picamera2]; one gain of two is refused."""
    text = 'camera = "picamera2:0"\ncamera_format = "yuyv"\n[picamera2]\nexposure_us = 8000\n'
    config = load_config(_write(tmp_path, text), {})
    assert config.picamera2 == CameraSettings(exposure_us=8000)
    assert config.camera_format == "yuyv"
    with pytest.raises(UsageError, match="red_gain and blue_gain"):
        load_config(_write(tmp_path, text + "red_gain = 2.0\n"), {})


def test_described_configuration_can_be_read_back(tmp_path: Path) -> None:
    """What --check-config prints is a file that means the same."""
    config = load_config(
        None, {"camera": 'x"\\y', "broker": "mqtts://u@h:1", "shots": 3, "state_dir": tmp_path}
    )
    assert load_config(_write(tmp_path, describe(config)), {}) == config


_TEXTS = (
    *(
        "a\nb",
        "a\r\nb",
        "tab\t",
        "\x7f",
        "\x1b[31m",
        '"""',
        "'''",
        "\\u0041",
        "a # b",
        "x = 1",
        "[still]",
    ),
    *(
        "ä ß €",
        "\u2028",
        "\U0001f457",
        "what?.mp4",
        "a@b",
        "%s",
        " lead and trail ",
        "\\",
        "it's",
    ),
)


def test_every_configuration_is_read_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever text, path or number a setting has, the file that --check-config prints says it."""
    monkeypatch.chdir(tmp_path)
    chance = random.Random(11)  # noqa: S311 - repeatable, no secret
    for _ in range(300):
        text = "".join(chance.sample(_TEXTS, chance.randint(1, 3)))
        camera = chance.choice(["film ", "folder:x"]) + text
        flags = {
            "camera": camera,
            "file_names": f"{{sku}}{text}{{view}}",
            "every_s": chance.choice([0, 1e-7, 0.1, 86400]),
            "broker_wait_s": chance.choice([0, 1e300, FOREVER]),
            **dict.fromkeys(("model", "trust", "state_dir", "password_file"), tmp_path / text),
        }
        if camera.startswith("film"):
            Path(camera).touch()  # A film that is there is no mistyped address.
        config = load_config(None, flags)
        assert load_config(_write(tmp_path, describe(config)), {}) == config


def test_bytes_that_are_no_text_are_refused() -> None:
    """A name in another encoding than UTF-8 cannot be said in a file or a message: it is named."""
    for key, shown in (("camera", "not shown, for it may hold a login"), ("state_dir", "'.udcff'")):
        with pytest.raises(UsageError, match=f"^{key} on the command line is {shown}: it must"):
            load_config(None, {"camera": "0", key: "\udcff"})


def test_description_hides_a_cameras_login() -> None:
    """--check-config does not print the password of a network camera."""
    config = load_config(None, {"camera": "rtsp://admin:geheim@10.0.0.9/live?token=geheim"})
    assert "geheim" not in describe(config)
    assert "10.0.0.9/live" in describe(config)


def test_no_field_is_undeclared() -> None:
    """Every field of the configuration and of its tables is a setting that a file may hold."""
    tables = list_tables(Config)
    assert {entry.name for entry in fields(Config)} == {*list_settings(Config), *tables}
    undeclared = {
        f"{key}.{entry.name}"
        for key, table in tables.items()
        for entry in fields(table.owner)
        if entry.name not in list_settings(table.owner)
    }
    # Of a camera of any kind these are settings of their own: camera_width_px and so on.
    assert undeclared == {
        f"picamera2.{name}" for name in ("width_px", "height_px", "fps", "format")
    }


def test_every_default_keeps_its_own_rule() -> None:
    """What nobody has written could have been written."""
    config = load_config(None, {"camera": "0"})
    for part in (config, *(getattr(config, key) for key in list_tables(Config))):
        for key, setting in list_settings(type(part)).items():
            value = getattr(part, key)
            plain = str(value) if key in {"camera", "broker", "page"} else value
            assert value is None or setting.rule.convert(plain) == value, key


def test_the_page_of_settings_is_the_declarations(repository: Path) -> None:
    """docs/settings.md is what `python -m device.settings.table` prints."""
    page = (repository / "docs" / "settings.md").read_text("utf-8")
    assert page == format_page(), "run python -m device.settings.table > docs/settings.md"
    keys = re.findall(r"^\| `([a-z0-9_]+)` \|", page, flags=re.MULTILINE)
    owners = (Config, *(table.owner for table in list_tables(Config).values()))
    assert keys == [key for owner in owners for key in list_settings(owner)]
