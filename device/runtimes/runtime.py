"""The contract that every inference backend keeps."""

from __future__ import annotations

from typing import Any, Protocol

import numpy.typing as npt


class Runtime(Protocol):
    """A loaded model.

    Attributes:
        backend: name for people and messages, such as ``cpu-xnnpack`` or ``edgetpu``.
    """

    backend: str

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run the model once.

        Args:
            tensor: the input, in shape and dtype as the bundle's manifest states.

        Returns:
            The output, in shape and dtype as the manifest states; the caller owns it.
        """
        ...
