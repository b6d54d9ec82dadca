"""Signals while a rig starts."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import pytest

from device.daemon.stop_signals import StoppedError, StopSignals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_that_was_swallowed_comes_again(number: signal.Signals) -> None:
    """Logging and imports lose what a signal handler raises; the rig stops all the same."""
    signals = StopSignals()
    try:
        with pytest.raises(StoppedError, match=f"{number.name}: stopped before"):
            _wait(signals, number)
    finally:
        signals.restore()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def _wait(signals: StopSignals, number: signal.Signals) -> None:
    """Be stopped while something swallows the first exception."""
    with signals.waiting():
        with contextlib.suppress(StoppedError):
            os.kill(os.getpid(), number)
            time.sleep(120)
        time.sleep(120)
