"""Ctrl-C, from a command's first moment to its last.

Loaded before anything else: Python's own answer to Ctrl-C, an exception, would come out of whatever
import is under way, as a traceback or as an `ImportError` that reads like a missing package.
"""

from __future__ import annotations

import os
import signal
import sys

# As in `typing`, which would load for longer than all else here: Ctrl-C finds nobody meanwhile.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Literal, NoReturn

_STOPPED = 1
_farewell = b""
_stderr = -1


def leave_at_once(farewell: str) -> None:
    """Let Ctrl-C say one line and end the process from now on, whatever it is doing.

    Only for a program's own start, since it changes what SIGINT does. Where SIGINT is ignored, as
    in a script's background job, it stays so.

    Args:
        farewell: the line, without its end.
    """
    global _farewell, _stderr  # noqa: PLW0603 - a process has one answer to SIGINT.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _farewell = f"{farewell}\n".encode()
        try:
            _stderr = os.dup(2)  # The other leads elsewhere while an SDK is kept quiet.
        except OSError:
            _stderr = -1  # Nobody listens.
        signal.signal(signal.SIGINT, _leave)


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command and leave with its exit code, waiting for nobody.

    A command has cleaned up by then. A thread that still runs native code, such as a camera's SDK,
    would abort a Python that shuts down around it.
    """
    try:
        code = main()
    except SystemExit as end:  # argparse has answered.
        code = end.code if isinstance(end.code, int) else _STOPPED
    except KeyboardInterrupt:
        _leave()
    except BrokenPipeError:  # As of `| head`, which has read enough.
        os._exit(_STOPPED)
    if _farewell:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # The work is done and its exit code is known.
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        sys.exit(code)  # Python reports that the output could not be written.
    os._exit(code)


class InterruptibleScope:
    """Work that has to clean up: within it Ctrl-C raises `KeyboardInterrupt`.

    It leaves the scope as one, whatever other code made of it. A second Ctrl-C ends the process.
    This changes nothing unless `leave_at_once` is in force.
    """

    def __init__(self) -> None:
        self._interrupted = False
        self._in_force = False

    def __enter__(self) -> None:
        self._in_force = signal.getsignal(signal.SIGINT) is _leave
        if self._in_force:
            signal.signal(signal.SIGINT, self._interrupt)

    def __exit__(self, *_: object) -> Literal[False]:
        if self._in_force:
            signal.signal(signal.SIGINT, _leave)
        if self._interrupted:
            # An import under way turns it into an `ImportError`, a finaliser swallows it.
            raise KeyboardInterrupt
        return False

    def _interrupt(self, *_: object) -> None:
        if self._interrupted:
            _leave()
        self._interrupted = True
        raise KeyboardInterrupt


def _leave(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    try:
        os.write(_stderr, _farewell)
    finally:
        os._exit(_STOPPED)
