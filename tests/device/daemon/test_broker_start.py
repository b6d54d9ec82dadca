"""A start whose broker comes late."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.support.mosquitto import MosquittoBroker, free_port
from tests.support.programs import Program


@pytest.mark.broker
def test_the_rig_is_online_when_its_broker_is_there(tmp_path: Path) -> None:
    """A rig that starts without its broker says so, and is online once that has answered."""
    broker = MosquittoBroker(tmp_path / "m")
    (tmp_path / "photos").mkdir()
    rig = Program(
        *("device.run", "--camera", f"folder:{tmp_path / 'photos'}", "--broker", broker.address),
        *("--broker-wait-s", "inf", "--state-dir", str(tmp_path / "state")),
    )
    try:
        rig.wait_for("waits for its broker")
        assert "the rig is online" not in rig.text
        broker.start()
        rig.wait_for("the rig is online")
        assert rig.end(signal.SIGTERM) == 0
    finally:
        rig.kill()
        broker.stop()
    assert rig.text.count("the rig is online") == 1


def test_systemd_hears_how_long_a_start_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that is waited for longer than the unit allows a start does not fail the start."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        (tmp_path / "photos").mkdir()
        rig = Program(
            *("device.run", "--camera", f"folder:{tmp_path / 'photos'}"),
            *("--broker", f"mqtt://127.0.0.1:{free_port()}", "--broker-wait-s", "600"),
            *("--state-dir", str(tmp_path / "state")),
        )
        try:
            told = systemd.recv(200).decode()
        finally:
            rig.kill()
    key, _, longest_us = told.partition("=")
    assert key == "EXTEND_TIMEOUT_USEC"
    assert int(longest_us) > 600e6
