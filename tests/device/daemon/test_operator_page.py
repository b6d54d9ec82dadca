"""The operator's page as a part of the rig."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.commands.commands import Commands
from device.contract.topics import Topics
from device.daemon.operator_page import open_page
from device.errors import UsageError
from device.settings.loading import load_config
from device.settings.page_address import PageAddress
from device.shots.ledger import Ledger
from device.shots.spool import Spool
from tests.support.capture_queues import publish_into


def test_a_rig_goes_on_where_every_port_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that nobody asked for costs no start, and the log says why there is none."""
    monkeypatch.setattr("device.page.listener._MOST_PORTS", 1)
    terminal = SimpleNamespace(isatty=lambda: True, fileno=lambda: 2)
    monkeypatch.setattr("device.daemon.operator_page.sys", SimpleNamespace(stderr=terminal))
    monkeypatch.setattr("device.daemon.operator_page.journal_reads", lambda _: False)
    topics, ledger = Topics("selvedge", "rig"), Ledger(tmp_path, 0)
    requests = CaptureQueue(topics, ledger, LateNotices(publish_into([])))
    commands = Commands(topics, requests, ledger, Spool(tmp_path, 1_000_000), tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken, ExitStack() as stack:
        port = taken.getsockname()[1]
        given = load_config(None, {"camera": "0", "state_dir": tmp_path, "page": "auto"})
        config = replace(given, page=PageAddress(port=port, switch="auto"))
        assert open_page(config, commands, "camera", "bundle", stack) == (None, None)
        assert "goes on without" in caplog.text
        asked = replace(given, page=PageAddress(port=port))
        with pytest.raises(UsageError, match="taken"):
            open_page(asked, commands, "camera", "bundle", stack)
