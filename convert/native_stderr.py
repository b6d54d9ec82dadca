"""Hide what C++ libraries write to file descriptor 2."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def hide_native_stderr() -> Iterator[None]:
    """Hide TensorFlow's C++ logs and Keras' prints from the terminal.

    File descriptor 2 is redirected to a temporary file; Python's ``sys.stderr`` still writes to
    the terminal, so progress and errors show. If the block raises, the end of the hidden output
    is logged at debug level.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    saved = os.dup(2)
    with (
        tempfile.TemporaryFile() as scratch,
        os.fdopen(saved, "w", buffering=1, encoding="utf-8") as terminal,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(terminal if sys.stderr is sys.__stderr__ else sys.stderr),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        os.dup2(scratch.fileno(), 2)
        try:
            yield
        except BaseException:
            scratch.seek(0)
            hidden = scratch.read().decode("utf-8", "replace")[-4000:]
            logging.getLogger(__name__).debug("hidden output: %s", hidden)
            raise
        finally:
            os.dup2(terminal.fileno(), 2)
