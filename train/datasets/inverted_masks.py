"""Masks that mark what is around the garment: most of the picture's rim is garment in them."""

from __future__ import annotations

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults


def looks_inverted(mask: UInt8Array) -> bool:
    """Return whether a mask's outermost pixels are garment mostly, and more than all together."""
    rim = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    share = float(np.mean(rim >= 128))
    return share > 0.5 and share > float(np.mean(mask >= 128))


class InvertedMasks:
    """Counts masks that look inverted: one may be a close-up, most of a set are not."""

    def __init__(self) -> None:
        self._inverted = self._all = 0

    def add(self, inverted: bool) -> None:  # noqa: FBT001 - the one thing that is counted
        """Count one mask."""
        self._all += 1
        self._inverted += inverted

    def report(self, name: str, faults: Faults) -> None:
        """Note it where most masks look inverted."""
        if 2 * self._inverted > self._all:
            faults.add(
                name,
                f"has masks that are garment along most of the rim, {self._inverted} of "
                f"{self._all}: they look inverted",
                "look at some; to turn them round, import again with --garment-label 0 (pairs), "
                "or name the other category as garment",
            )
