"""The contract that every inference backend keeps."""

from __future__ import annotations

from typing import Any, Protocol

import numpy.typing as npt


class Runtime(Protocol):
    """A loaded model.

    What runs it may change between two calls: an accelerator can be pulled out and come back.
    """

    @property
    def backend(self) -> str:
        """Name for people and messages, such as ``cpu-xnnpack`` or ``edgetpu``: what ran last."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why it is not the backend that was wanted, in a sentence; None when it is."""
        ...

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run the model once.

        Args:
            tensor: the input, in shape and dtype as the bundle's manifest states.

        Returns:
            The output, in shape and dtype as the manifest states; the caller owns it.
        """
        ...

    def read_person(self) -> npt.NDArray[Any] | None:
        """Return the second output of the latest `invoke`; None where the model has none."""
        ...
