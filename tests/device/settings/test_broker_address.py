"""What may be written after --broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.errors import UsageError
from device.settings.broker_address import BrokerAddress, parse_broker
from device.settings.credentials import add_user, find_credential, read_password


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mqtt://studio", BrokerAddress("studio", 1883)),
        ("mqtt://studio/", BrokerAddress("studio", 1883)),
        ("mqtts://studio.example", BrokerAddress("studio.example", 8883, tls=True)),
        ("mqtt://rig-1@10.0.0.2:1884", BrokerAddress("10.0.0.2", 1884, user="rig-1")),
        ("mqtts://[fe80::1]:9", BrokerAddress("fe80::1", 9, tls=True)),
        ("mqtt://studio.local.", BrokerAddress("studio.local.", 1883)),
        ("mqtt://[::1]", BrokerAddress("::1", 1883)),
        ("embedded", BrokerAddress("127.0.0.1", 1883, embedded=True)),
        ("embedded:0", BrokerAddress("127.0.0.1", 0, embedded=True)),
    ],
)
def test_address_is_read(text: str, expected: BrokerAddress) -> None:
    """Every documented form is understood, and its port filled in."""
    assert parse_broker(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "studio", "studio:1883", "http://studio", "mqtt://", "mqtt:///x", "mqtt://@studio"),
        *("mqtt://studio:0", "mqtt://studio:65536", "mqtt://studio:x", "mqtt://studio:"),
        *("mqtt://a b", "mqtt://a\nb", "mqtt://[::1]x", "embedded:", "embedded:x", "embedded:-1"),
        *("mqtt://a..b", "mqtt://.a", "mqtt://.", f"mqtt://{'a' * 64}.de", f"mqtt://{'a.' * 127}"),
    ],
)
def test_other_text_is_refused(text: str) -> None:
    """What is no address is refused with the forms that are, in one line."""
    with pytest.raises(UsageError) as refusal:
        parse_broker(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        *("mqtt://u:geheim@h", "u:geheim@h", "mqtt://u:geh@eim@h", "mqtt://u:geheim"),
        *("mqtt://u:geheim/h", "mqtt:/u:geheim@h", "embedded:geheim@h", "mqtt://u:a#geheim@h"),
    ],
)
def test_password_in_address_is_refused_and_not_repeated(text: str) -> None:
    """A password in the address is refused, pointed elsewhere, and never printed."""
    with pytest.raises(UsageError) as refusal:
        parse_broker(text)
    assert "geheim" not in str(refusal.value)
    assert "eim@" not in str(refusal.value)


def test_shown_address_is_read_again() -> None:
    """An address printed in a log can be given back to --broker."""
    for text in ("mqtts://rig@[::1]:8884", "embedded:1999", "mqtt://h:1883"):
        assert str(parse_broker(text)) == text


def test_password_comes_from_file_or_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named file wins over systemd's credential; without either there is no password."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert read_password(None) is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_password(None) is None
    (tmp_path / "mqtt-password").write_text("from systemd\n", "utf-8")
    assert read_password(None) == "from systemd"
    (tmp_path / "named").write_text("from file\nsecond line\n", "utf-8")
    assert read_password(tmp_path / "named") == "from file"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_unusable_password_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or binary password file is refused by its name."""
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=str(path)):
        read_password(path)


def test_user_and_certificate_come_from_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd's credentials name the login and the certificate; an address that names one wins."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    address = parse_broker("mqtts://studio")
    assert add_user(address) == address
    assert find_credential("mqtt-cert") is None
    (tmp_path / "mqtt-user").write_text("studio-1\n", "utf-8")
    (tmp_path / "mqtt-cert").write_text("PEM", "utf-8")
    assert add_user(address).user == "studio-1"
    assert add_user(parse_broker("mqtts://other@studio")).user == "other"
    assert add_user(parse_broker("embedded")).user is None
    assert find_credential("mqtt-cert") == tmp_path / "mqtt-cert"


def test_a_program_beside_the_service_finds_its_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor of a rig reads what its service would be given, where this user may."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr("device.settings.credentials._STORE", tmp_path)
    (tmp_path / "selvedge.studio-1.mqtt-password").write_text("secret\n", "utf-8")
    (tmp_path / "selvedge.studio-1.mqtt-user").write_text("anna\n", "utf-8")
    assert read_password(None, "studio-1") == "secret"
    assert add_user(parse_broker("mqtt://h"), "studio-1").user == "anna"
    assert read_password(None, "studio-2") is None
    assert read_password(None) is None
