"""The Edge TPU (Coral) as a delegate of the same interpreter.

No Edge TPU was at hand when this was written: what is tested, with a stub in place of its library,
is that a missing device and a missing library each end in their own sentence instead of a crash,
and that a device which comes back is used again.
"""

from __future__ import annotations

import ctypes
from importlib import import_module
from typing import Any

from device.bundle.bundle import Bundle
from device.errors import WorkError
from device.runtimes.litert import TfliteRuntime, interpreter

ROLE = "edgetpu"
LIBRARY = "libedgetpu.so.1"


class NoAcceleratorError(WorkError):
    """The Edge TPU cannot be used; the sentence says why and how to fix it."""


def library_present() -> bool:
    """Return whether the Edge TPU's library is installed, so that somebody means to use one."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


def load_edgetpu_delegate() -> Any:  # noqa: ANN401 - the SDK ships no types.
    """Load the Edge TPU's delegate.

    Raises:
        NoAcceleratorError: its library or the device itself is missing.
    """
    # Checked first: the interpreter's own loader prints a traceback when the library is missing.
    if not library_present():
        raise NoAcceleratorError(f"{LIBRARY} is not installed: install libedgetpu1-std")
    try:
        return import_module(interpreter()[0].__module__).load_delegate(LIBRARY)
    except (OSError, ValueError) as error:
        # The message has the path of the library first, and what the library reported after it.
        message = " ".join(str(error).split())
        detail = message.partition(LIBRARY)[2].strip()[:200] or message[:200]
        raise NoAcceleratorError(
            f"no Edge TPU answers ({detail or 'it gave no reason'}): "
            "plug it in, or check its cable and the user's rights on it"
        ) from None


def open_edgetpu(bundle: Bundle) -> TfliteRuntime:
    """Open the bundle's Edge TPU model.

    Raises:
        NoAcceleratorError: the bundle has no such model, or the device cannot be used.
        UsageError: the model is broken or not the one the manifest describes.
    """
    if ROLE not in bundle.files:
        raise NoAcceleratorError(
            f"bundle {bundle.id} has no Edge TPU model: convert it with --edgetpu"
        )
    return TfliteRuntime(bundle, role=ROLE, delegates=(load_edgetpu_delegate(),))
