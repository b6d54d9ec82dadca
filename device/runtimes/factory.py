"""Choose a backend, and report when it is not the one that was wanted."""

from __future__ import annotations

from typing import Literal

from device.bundle.bundle import Bundle
from device.runtimes.cpu_fallback import FallbackRuntime
from device.runtimes.edgetpu import ROLE, open_edgetpu
from device.runtimes.litert import TfliteRuntime
from device.runtimes.runtime import Runtime
from device.system.parallel import default_threads

Preference = Literal["auto", "cpu", "edgetpu"]


def open_runtime(
    bundle: Bundle, prefer: Preference = "auto", *, num_threads: int | None = None
) -> tuple[Runtime, str | None]:
    """Open the best backend there is.

    Args:
        bundle: the model to run.
        prefer: ``edgetpu`` wants the accelerator; ``auto`` wants it where the bundle has a
            model for it; ``cpu`` never asks.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        The runtime, and why it is the CPU at this moment although the accelerator was wanted
        (None when it is not); later the runtime's ``trouble`` says so.

    Raises:
        UsageError: the model does not load even on the CPU.
    """
    if prefer == "cpu" or (prefer == "auto" and ROLE not in bundle.files):
        return TfliteRuntime(bundle, num_threads=num_threads), None
    runtime = FallbackRuntime(
        lambda: open_edgetpu(bundle), lambda: TfliteRuntime(bundle, num_threads=num_threads)
    )
    return runtime, runtime.trouble


def can_share(runtime: Runtime, *, num_threads: int | None = None) -> bool:
    """Return whether two runtimes with half of the threads each can run side by side.

    Not on an accelerator, of which there is one, nor on a single thread.

    Args:
        runtime: the one that is open.
        num_threads: its threads, None for all cores up to four.
    """
    threads = num_threads or default_threads()
    return isinstance(runtime, TfliteRuntime) and runtime.backend != ROLE and threads > 1


def open_half(bundle: Bundle, *, num_threads: int | None = None) -> Runtime:
    """A CPU backend with half the threads, of which two run side by side.

    Args:
        bundle: the model to run.
        num_threads: all threads, None for all cores up to four.

    Raises:
        UsageError: the model does not load.
    """
    return TfliteRuntime(bundle, num_threads=max(1, (num_threads or default_threads()) // 2))
