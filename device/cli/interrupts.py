"""Ctrl-C, from a command's first moment to its last.

Loaded before anything else: Python's own answer to Ctrl-C, an exception, would come out of whatever
import is under way, as a traceback or as an `ImportError` that reads like a missing package.
"""

from __future__ import annotations

# The module `signal` itself takes milliseconds to load, in which Ctrl-C would find nobody here.
import _signal  # type: ignore[import-not-found] # built in, and known to no type checker
import os
import sys

TYPE_CHECKING = False  # As in `typing`, which takes as long.
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Literal, NoReturn

_STOPPED = 1
_SIGINT: int = _signal.SIGINT
_farewell = b""
_stderr = -1


def leave_at_once(farewell: str) -> None:
    """From now on Ctrl-C says one line and ends the process, whatever it is doing.

    Only for a program's own start, since it changes what SIGINT does. Where SIGINT is ignored, as
    in a script's background job, it stays so.

    Args:
        farewell: the line, without its end.
    """
    global _farewell, _stderr  # noqa: PLW0603 - a process has one answer to SIGINT.
    if _signal.getsignal(_SIGINT) is _signal.default_int_handler:
        _farewell = f"{farewell}\n".encode()
        try:
            _stderr = os.dup(2)  # The other leads elsewhere while an SDK is kept quiet.
        except OSError:
            _stderr = -1  # Nobody listens.
        _signal.signal(_SIGINT, _leave)


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command and leave with its exit code, waiting for nobody.

    What a command has to tidy up it has tidied up by then. A thread that is still at work in
    native code, such as a camera's SDK, would abort a Python that takes itself down around it.
    """
    try:
        code = main()
    except SystemExit as end:  # argparse has answered.
        code = end.code if isinstance(end.code, int) else _STOPPED
    except KeyboardInterrupt:
        _leave()
    if _farewell:
        _signal.signal(_SIGINT, _signal.SIG_IGN)  # The work is done and its exit code is known.
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        sys.exit(code)  # Python tells whoever still listens that nobody took the output.
    os._exit(code)


class InterruptibleScope:
    """Work that has to be tidied up: in here Ctrl-C is a `KeyboardInterrupt`.

    It comes out as one, whatever was made of it on the way. A second Ctrl-C ends it all. This
    changes nothing unless `leave_at_once` is in force.
    """

    def __init__(self) -> None:
        self._interrupted = False
        self._in_force = False

    def __enter__(self) -> None:
        self._in_force = _signal.getsignal(_SIGINT) is _leave
        if self._in_force:
            _signal.signal(_SIGINT, self._interrupt)

    def __exit__(self, *_: object) -> Literal[False]:
        if self._in_force:
            _signal.signal(_SIGINT, _leave)
        if self._interrupted:
            # An import under way makes an `ImportError` of it, a finaliser nothing at all.
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
