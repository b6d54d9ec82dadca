"""Keep what C++ libraries write to file descriptor 2 away from the terminal."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator

from train.errors import UsageError, WorkError

_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # whoever sets it lower wants the messages
_SHOWN_BYTES = 4000


@contextlib.contextmanager
def quieten_libraries() -> Iterator[None]:
    """Run a program without TensorFlow's banner, warnings and lists of layers.

    File descriptor 2 goes to a temporary file while Python's ``sys.stderr`` still writes to the
    terminal, so progress and errors show. If the block fails in a way that no sentence explains,
    the end of what was hidden is shown. Nothing is hidden where TF_CPP_MIN_LOG_LEVEL is
    below 3.
    """
    if os.environ.get(_LOG_LEVEL, "3") != "3" or sys.stderr is not sys.__stderr__:
        yield
        return
    os.environ[_LOG_LEVEL] = "3"
    for name in ("tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        saved = os.dup(2)
    except OSError:  # there is no terminal to keep clean
        yield
        return
    with (
        tempfile.TemporaryFile() as scratch,
        os.fdopen(saved, "w", buffering=1, errors="backslashreplace") as terminal,
        contextlib.redirect_stderr(terminal),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        os.dup2(scratch.fileno(), 2)
        faulthandler.enable(terminal)  # a crash in C++ would else end without a word
        try:
            yield
        except (SystemExit, KeyboardInterrupt, UsageError, WorkError, OSError):
            raise
        except BaseException:
            scratch.seek(0)
            terminal.write(scratch.read()[-_SHOWN_BYTES:].decode("utf-8", "replace"))
            raise
        finally:
            faulthandler.disable()
            os.dup2(terminal.fileno(), 2)
