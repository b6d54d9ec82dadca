"""A wall clock that jumps under a running daemon, as where a time server is found late."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, saved, wait_until

pytestmark = pytest.mark.broker
Start = Callable[..., Program]
_HOUR_S = 3600
_YEAR_S = 365 * 86400

# Loaded before the C library, it moves the wall clock and leaves the monotonic one alone.
_CLOCK = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t jump_s(void) {
    long seconds = 0;
    FILE *file = fopen(getenv("TEST_CLOCK_JUMP"), "r");
    if (file) {
        if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
        fclose(file);
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    long failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += jump_s();
    return (int)failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}
"""


class Clock:
    """The wall clock of programs that are started in its block."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        assert compiler, "a C compiler is needed: apt install gcc libc6-dev"
        self.library, source = folder / "clock.so", folder / "clock.c"
        self.jump = folder / "jump"
        self.set(0)
        source.write_text(_CLOCK, "ascii")
        command = [compiler, "-shared", "-fPIC", "-o", str(self.library), str(source)]
        subprocess.run(command, check=True)

    def set(self, jump_s: int) -> None:
        """Let it go wrong by so much from now on."""
        part = self.jump.with_suffix(".part")
        part.write_text(str(jump_s), "ascii")
        part.replace(self.jump)


def test_jumps_of_the_clock_cost_nothing(
    tmp_path: Path, start: Start, broker: MosquittoBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour back and a year forward: no stall, no shot too old, order kept, ids unique."""
    clock = Clock(tmp_path)
    draw_photos(tmp_path / "drawn", 4)
    photos = sorted((tmp_path / "drawn").iterdir())
    for photo in photos:  # Long complete, whatever the clock says: nothing is waited for.
        os.utime(photo, (time.time() - 2 * _HOUR_S,) * 2)
    inbox, catalogue = tmp_path / "inbox", tmp_path / "catalogue"
    inbox.mkdir()
    subscriber = start("device.subscribe", "--broker", broker.address, "--save", str(catalogue))
    subscriber.wait_for("listening")
    broker.stop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(120)
        with monkeypatch.context() as environment:
            environment.setenv("LD_PRELOAD", str(clock.library))
            environment.setenv("TEST_CLOCK_JUMP", str(clock.jump))
            environment.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            daemon = start(
                *("device.run", "--camera", f"folder:{inbox}", "--rig", "rig-1"),
                *("--broker", broker.address, "--broker-wait-s", "inf"),
                *("--state-dir", str(tmp_path / "state")),
            )
        for number, jump_s in enumerate((0, -_HOUR_S, _YEAR_S)):
            clock.set(jump_s)
            _wait_for_watchdog(systemd)
            photos[number].rename(inbox / f"sku{number}.png")
            wait_until(lambda taken=number + 1: len(daemon.shots) == taken)  # type: ignore[misc] # bound now
        # The year has passed for the shots that wait, and delivery goes on with its pauses.
        broker.start()
        wait_until(lambda: len(saved(catalogue)) == 3)
        clock.set(-_HOUR_S)
        photos[3].rename(inbox / "sku3.png")
        wait_until(lambda: len(saved(catalogue)) == 4)
        _wait_for_watchdog(systemd)
        assert daemon.end(signal.SIGTERM) == 0, daemon.text
    subscriber.end(signal.SIGINT)
    assert "was refused" not in daemon.text
    lines = [line.split()[1] for line in subscriber.lines if line.startswith("saved")]
    assert lines == [f"{shot}.png" for shot in daemon.shots]
    told = [saved(catalogue)[shot] for shot in daemon.shots]
    assert [shot["stem"] for shot in told] == ["sku0", "sku1", "sku2", "sku3"]
    assert [shot["serial"] for shot in told] == [1, 2, 3, 4]
    years = [int(shot["cut_at"][:4]) for shot in told]
    assert years[2] > years[0]  # The clock did jump.


def _wait_for_watchdog(systemd: socket.socket) -> None:
    """Wait for a sign of life that was given from now on."""
    deadline_s = time.monotonic() + 120
    systemd.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            systemd.recv(4096)
    systemd.settimeout(120)
    while b"WATCHDOG=1" not in systemd.recv(4096):
        assert time.monotonic() < deadline_s
