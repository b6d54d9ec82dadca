"""A command as a process of its own, which never outlives this one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_STOP_WITHIN_S = 30.0
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_PROJECT = Path(__file__).resolve().parents[2]


def run_command(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run ``python -m WORDS`` in a folder; what it says goes where this process' words go.

    Args:
        words: module and arguments.
        folder: its working folder.
        environment: variables that it gets beside this process' own.

    Returns:
        Its exit code; below zero where a signal ended it.

    Raises:
        KeyboardInterrupt: this process was asked to stop, and the command has ended.
    """
    paths = [str(_PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of this project
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stderr=sys.stderr,  # not descriptor 2, which is kept from the terminal here
        start_new_session=True,  # it is stopped by us alone, and with its workers
        preexec_fn=_make_dying_with_parent(),  # noqa: PLW1509 - no other thread runs here
    )
    try:
        return process.wait()
    except BaseException:
        _stop(process)
        raise


def _make_dying_with_parent() -> Callable[[], None] | None:
    """Return what lets the kernel kill a child whose parent was killed; None where none can."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def prepare() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let a command leave as it does at Ctrl-C, and end it where it does not."""
    try:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        process.wait()
