"""systemd's watchdog during one long call."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.daemon.patience import Patience
from tests.support.programs import wait_until


@pytest.fixture(name="systemd")
def _systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr("device.daemon.patience._EVERY_S", 0.01)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(20)
        yield listener


def test_the_watchdog_is_fed_during_a_long_call(systemd: socket.socket) -> None:
    """While a decoder works on a large photo, systemd hears that nothing hangs."""
    patience = Patience()
    with patience.allow(3600):
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    patience.close()
    assert _count_left(systemd) < 1000


def test_a_call_that_takes_longer_than_it_may_is_left_alone(systemd: socket.socket) -> None:
    """What hangs is noticed: after its time nobody answers for it."""
    patience = Patience()
    with patience.allow(0.2):
        thread = patience._thread
        wait_until(lambda: _count_left(systemd) >= 0 and patience._until_s is None)
        _count_left(systemd)
        systemd.settimeout(0.5)
        with pytest.raises(TimeoutError):
            systemd.recv(100)
    patience.close()
    assert thread is not None
    assert not thread.is_alive()


def test_a_call_inside_another_has_its_own_time(systemd: socket.socket) -> None:
    """When the inner one has ended, the outer one is answered for as before."""
    patience = Patience()
    with patience.allow(3600):
        with patience.allow(3600):
            assert systemd.recv(100) == b"WATCHDOG=1"
        _count_left(systemd)
        assert systemd.recv(100) == b"WATCHDOG=1"
    assert patience._until_s is None
    patience.close()


def test_calls_in_turn_share_one_thread(systemd: socket.socket) -> None:
    """Each call has its own time, and the thread ends with its owner."""
    patience, before = Patience(), set(threading.enumerate())
    for _ in range(3):
        with patience.allow(3600):
            assert systemd.recv(100) == b"WATCHDOG=1"
    assert _count_started(before) == 1
    patience.close()
    patience.close()
    assert _count_started(before) == 0


def _count_started(before: set[threading.Thread]) -> int:
    return sum(each.name == "patience" for each in set(threading.enumerate()) - before)


def _count_left(systemd: socket.socket) -> int:
    systemd.settimeout(0)
    count = 0
    try:
        while systemd.recv(100):
            count += 1
    except BlockingIOError:
        return count
    finally:
        systemd.settimeout(20)
    return count
