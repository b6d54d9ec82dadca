"""An accelerator with the CPU behind it: no frame is lost when the accelerator is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from device.errors import UsageError
from device.runtimes.edgetpu import NoAcceleratorError
from device.runtimes.runtime import Runtime

_LOG = logging.getLogger(__name__)
# How often a missing accelerator is searched for, which takes a few milliseconds; a person who
# plugs it in again waits no longer.
RETRY_S = 30.0


class FallbackRuntime:
    """Runs on the accelerator while it is there, on the CPU while it is not, and says which.

    Not for two threads at once.

    Attributes:
        backend: what ran last, or what will run first.
        trouble: why it is not the accelerator; None while it is.
    """

    def __init__(
        self,
        open_accelerator: Callable[[], Runtime],
        open_cpu: Callable[[], Runtime],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the accelerator, or the CPU when it is not there.

        Args:
            open_accelerator: called again until it succeeds.
            open_cpu: called once, when the CPU is first needed.
            clock: seconds that only ever grow.

        Raises:
            UsageError: the model does not load even on the CPU.
        """
        self._open_accelerator = open_accelerator
        self._open_cpu = open_cpu
        self._clock = clock
        self._accelerator: Runtime | None = None
        self._cpu: Runtime | None = None
        self._retry_s = 0.0
        self._latest: Runtime | None = None
        self.trouble: str | None = None
        self._find_accelerator()
        self.backend = (self._accelerator or self._open_fallback()).backend

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run the model once; see `device.runtimes.runtime.Runtime`."""
        if self._accelerator is None and self._clock() >= self._retry_s:
            self._find_accelerator()
        if self._accelerator is not None:
            try:
                output = self._accelerator.invoke(tensor)
            except (RuntimeError, ValueError, OSError) as error:
                # Pulled out, or its firmware hung: this frame runs on the CPU.
                self._on_lost(f"the accelerator stopped working ({_shorten(error)})")
            else:
                self._latest, self.backend = self._accelerator, self._accelerator.backend
                return output
        self._latest = fallback = self._open_fallback()
        self.backend = fallback.backend
        return fallback.invoke(tensor)

    def read_person(self) -> npt.NDArray[Any] | None:
        """Return the second output; see `device.runtimes.runtime.Runtime`."""
        return None if self._latest is None else self._latest.read_person()

    def _find_accelerator(self) -> None:
        try:
            self._accelerator = self._open_accelerator()
        except (NoAcceleratorError, UsageError) as error:
            self._on_lost(str(error))
            return
        if self.trouble is not None:
            _LOG.info("the accelerator is back: %s", self._accelerator.backend)
        self.trouble = None

    def _on_lost(self, why: str) -> None:
        trouble = f"running on the CPU: {why}"
        if self.trouble is None:
            _LOG.warning("%s; it is looked for every %g s", trouble, RETRY_S)
        self._accelerator = None
        self.trouble = trouble
        self._retry_s = self._clock() + RETRY_S

    def _open_fallback(self) -> Runtime:
        if self._cpu is None:
            self._cpu = self._open_cpu()
        return self._cpu


def _shorten(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
