"""Choosing a backend, and saying so when it is not the one that was wanted."""

from __future__ import annotations

from typing import Literal

from device.bundle import Bundle
from device.runtimes.edgetpu import ROLE, NoAcceleratorError, library_present, open_edgetpu
from device.runtimes.litert import TfliteRuntime
from device.runtimes.runtime import Runtime

Preference = Literal["auto", "cpu", "edgetpu"]


def open_runtime(
    bundle: Bundle, prefer: Preference = "auto", *, num_threads: int | None = None
) -> tuple[Runtime, str | None]:
    """Open the best backend there is.

    Args:
        bundle: the model to run.
        prefer: ``edgetpu`` wants the accelerator; ``auto`` wants it where the bundle has a
            model for it and its library is installed; ``cpu`` never asks.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        The runtime, and why it is the CPU although the accelerator was wanted (None when
        nothing is amiss).

    Raises:
        UsageError: the model does not load even on the CPU.
    """
    wanted = prefer == "edgetpu" or (
        prefer == "auto" and ROLE in bundle.files and library_present()
    )
    if not wanted:
        return TfliteRuntime(bundle, num_threads=num_threads), None
    try:
        return open_edgetpu(bundle), None
    except NoAcceleratorError as error:
        return TfliteRuntime(bundle, num_threads=num_threads), f"running on the CPU: {error}"
