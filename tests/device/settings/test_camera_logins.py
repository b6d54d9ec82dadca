"""No login of a camera is ever shown, however it was written."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.cameras.factory import open_camera
from device.daemon.startup import EarlyCameraStart
from device.doctor import main as doctor
from device.errors import UsageError
from device.run import main as run
from device.settings.camera_spec import parse_camera
from device.settings.credentials import open_camera_login
from device.settings.loading import load_config
from device.settings.toml_text import describe
from device.system.hidden_logins import hide_logins

SECRET = "hunter2pw"  # noqa: S105 - a test's
MISTYPED = [
    f"rtsp://u:{SECRET}@h/x",
    f"RTSP://u:{SECRET}@h/x",
    f" rtsp://u:{SECRET}@h/x",
    f"rtsp:/u:{SECRET}@h/x",
    f"rtsp//u:{SECRET}@h/x",
    f"rtsp:u:{SECRET}@h/x",
    f"rstp://u:{SECRET}@h/x",
    f"u:{SECRET}@h/x",
    f"rtsp://u:{SECRET}/x",
    f"rtsp://u:{SECRET}@",
    f"rtsp://u:{SECRET}@/x",
    f"'rtsp://u:{SECRET}@h/x'",
    f"folder:smb://u:{SECRET}@h/x",
    f"h/x?pw={SECRET}",
    f"http://h/x?pw={SECRET}",
    f"http://h/x#pw={SECRET}",
    f"http://h/x;pw=1?pw={SECRET}",
    f"http://h/x;pw={SECRET}",
    f"rtsp://h/user=u_password={SECRET}_channel=1.sdp",
    *(f"rtsp://u:a{sign}{SECRET}@h/x" for sign in "/?#@:%[]\\ \"'&=+;"),
    *(f"rtsp://u:{SECRET}{sign}a@h/x" for sign in "/?#@:%[]\\ \"'&=+;"),
]


@pytest.mark.parametrize("text", MISTYPED)
def test_a_mistyped_address_shows_no_password(
    text: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings, errors and the doctor's report are free of it, whatever sign is wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("device.doctor.check_model", lambda *_: [])
    monkeypatch.setattr("device.cameras.opencv_capture.OPEN_TIMEOUT_S", 0.1)
    run(["--camera", text, "--check-config"])
    (tmp_path / "c.toml").write_text(f"camera = [{text!r}]\n", "utf-8")
    run(["--config", "c.toml", "--check-config"])
    doctor(["--camera", text.replace("@h", "@127.0.0.1:9"), "--state-dir", str(tmp_path)])
    with pytest.raises(SystemExit):
        run(["--camra", text])
    told = capfd.readouterr()
    assert told.out
    assert SECRET not in told.out + told.err


def _mutate(chance: random.Random) -> str:
    """Return a camera's address with one to four mistakes in it, its password whole."""
    parts = ["rtsp", "://", "admin", ":", SECRET, "@", "10.0.0.7", ":554", "/h264", "?user=a"]
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(parts) + 1)
        kind = chance.randrange(3)
        if kind == 0:
            parts.insert(at, chance.choice("/?#@:%[] \\&=;$!.,+\"'\t"))
        elif kind == 1 and at < len(parts) and parts[at] not in {SECRET, "@"}:
            parts[at] = parts[at][chance.randint(0, 1) : chance.randint(0, 4)]
        elif at < len(parts) and parts[at] != SECRET:
            parts.insert(at, parts[at])
    return "".join(parts)


def _show(text: str) -> Iterator[str]:
    """Everything that is said of a camera before it is opened, and where it does not open."""
    try:
        spec = parse_camera(text)
        yield str(spec)
        if spec.kind == "stream":
            yield spec.name
        else:
            open_camera(spec)
    except UsageError as error:
        yield str(error)


def test_two_thousand_mutated_addresses_show_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an address looks like one at all, its password is hidden."""
    monkeypatch.chdir(tmp_path)
    chance = random.Random(14)  # noqa: S311 - a repeatable fuzz, no secret
    leaks = []
    for _ in range(2000):
        text = _mutate(chance)
        leaks += [(text, shown) for shown in _show(text) if SECRET in shown]
    assert leaks == []


def test_a_wrong_login_names_every_sign() -> None:
    """The sentence has what to write for each sign that ends a login."""
    with pytest.raises(UsageError) as refused:
        parse_camera("rtsp://u:a#b@h/x")
    for sign, written in {s: f"%{ord(s):02X}" for s in "%/?#@:[] "}.items():
        name = "a space" if sign == " " else sign
        assert f"{written} for {name}" in str(refused.value)


def test_the_password_comes_from_a_file_or_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put into the address with its signs written out, read anew, and never shown."""
    camera = parse_camera("rtsp://u@h:554/x?a=b")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert open_camera_login(camera, None)() == camera
    file = tmp_path / "camera-password"
    file.write_text("a/b@c #%\n", "utf-8")
    login = open_camera_login(camera, file)
    assert login().address == "rtsp://u:a%2Fb%40c%20%23%25@h:554/x?a=b"
    assert (str(login()), login().name) == ("rtsp://…@h:554/x", "rtsp://h:554/x")
    file.write_text("other\n", "utf-8")
    assert login().address == "rtsp://u:other@h:554/x?a=b"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert open_camera_login(camera, None)().address == login().address
    assert open_camera_login(parse_camera("0"), None)() == parse_camera("0")


@pytest.mark.parametrize("camera", ["rtsp://h/x", f"rtsp://u:{SECRET}@h/x", "0"])
def test_a_password_that_goes_with_no_user_is_refused(camera: str, tmp_path: Path) -> None:
    """Without a user, with a second password, or with a camera that has no address."""
    (tmp_path / "pw").write_text("secret\n", "utf-8")
    flags = {"camera": camera, "camera_password_file": tmp_path / "pw"}
    with pytest.raises(UsageError) as refused:
        EarlyCameraStart(load_config(None, flags))
    assert SECRET not in str(refused.value)


def test_a_camera_may_be_a_table(tmp_path: Path) -> None:
    """[camera] holds what else is written as camera and camera_…; not both at once."""
    file = tmp_path / "c.toml"
    file.write_text('[camera]\nsource = "rtsp://u@h/x"\npassword_file = "pw"\nfps = 5\n', "utf-8")
    config = load_config(file, {})
    assert (config.camera.kind, config.camera_fps) == ("stream", 5)
    assert config.camera_password_file == Path("pw")
    assert 'camera = "rtsp://…@h/x"' in describe(config)
    file.write_text("camera_fps = 3\n" + file.read_text("utf-8"), "utf-8")
    with pytest.raises(UsageError, match=r"camera_fps .* stands under"):
        load_config(file, {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no rtsp://u:p@h/x?a=1", "no rtsp://…@h/x?a=1"),
        ("'u:p@w@h' and mqtt://rig@h:1883", "'…@h' and mqtt://rig@h:1883"),
        ("http://h/x?user=a&pwd=b c", "http://h/x?user=…&pwd=… c"),
        ("selvedge@studio-1.service: 12:30", "selvedge@studio-1.service: 12:30"),
        ("no rtsp://u:p'w `x@h/y\nu@h", "no rtsp://…@h/y\nu@h"),
        ("x://h:1 is wrong: write x://user@host", "x://h:1 is wrong: write x://user@host"),
        (":" * 50_000, ":" * 50_000),
    ],
)
def test_the_last_gate_hides_logins_in_any_sentence(text: str, shown: str) -> None:
    """What gets into a sentence by accident leaves without the login; a user's name may stay."""
    assert hide_logins(text) == shown


@pytest.mark.parametrize("sign", ["'", '"', "`", " ", "\t", "' ", "\\"])
def test_a_password_with_a_quote_or_a_blank_is_shown_by_no_setting(
    sign: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address at a wrong flag or key: not by the error, nor by --check-config."""
    monkeypatch.chdir(tmp_path)
    address, bare = f"rtsp://u:a{sign}{SECRET}@h/x", f"u:a{sign}{SECRET}@h"
    for flag in ("--shots", "--trigger", "--rig", "--model", "--seconds"):
        for value in (address, bare)[: 1 if flag in ("--rig", "--model") else 2]:
            for line in ([flag, value], [f"{flag}={value}"]):
                with contextlib.suppress(SystemExit):
                    run(["--camera", "0", *line, "--check-config"])
    for key in ("shots", "trigger", "rig", "model"):
        # Behind a long text, the login may be cut before its @.
        for value in (address, "x" * 80 + address):
            written = f"camera = 0\n{key} = {json.dumps(value)}\n"
            (tmp_path / "c.toml").write_text(written, "utf-8")
            run(["--config", "c.toml", "--check-config"])
    for line in ([f"--check-config={bare}"], [f"--ca={address}"], [f"--verbose={address}"]):
        with contextlib.suppress(SystemExit):
            run(["--camera", "0", *line])
    shown = capfd.readouterr()
    assert "must be" in shown.err
    assert [line for line in (shown.out + shown.err).splitlines() if SECRET in line] == []
