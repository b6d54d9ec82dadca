"""Notifications of systemd."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from device.system.sd_notify import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_notification_reaches_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, abstract: bool
) -> None:
    """Lines reach the socket that systemd names, by path or in the abstract namespace."""
    name = f"selvedge-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name if abstract else name)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        notify("READY=1", "STATUS=up")
        assert systemd.recv(100) == b"READY=1\nSTATUS=up"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside systemd, or when its socket is gone, notifying is no error."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify("READY=1")
