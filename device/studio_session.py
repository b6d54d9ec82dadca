"""What the rig's shots have in common, so that a drift is seen."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from device.evidence import Evidence

_REMEMBERED = 9
_LEAST_SHOTS = 3
_BLACK, _WHITE = 12.0, 243.0
_MEANT_SHOTS = 3
"""After so many shots in a row of another colour, the light was changed on purpose."""


class StudioSession:
    """Remembers the colour of the surroundings over the last shots of a camera."""

    def __init__(self) -> None:
        self._tints: deque[npt.NDArray[np.float64]] = deque(maxlen=_REMEMBERED)
        self._strangers: list[npt.NDArray[np.float64]] = []

    def drift(self, evidence: Evidence, allowed: float) -> float | None:
        """How far a shot's surroundings differ in colour from those before; and remember it.

        Only ratios of channels count: brighter is no other white balance.

        Args:
            evidence: of the shot.
            allowed: a larger drift is kept out of what is remembered.

        Returns:
            The largest change of red to green or blue to green, as a natural logarithm; None
            while too few shots are known, or where all around is black or blown.
        """
        tint = _tint(evidence)
        if tint is None:
            return None
        known = np.median(np.array(self._tints), axis=0) if self._tints else tint
        change = float(np.abs(tint - known).max())
        told = change if len(self._tints) >= _LEAST_SHOTS else None
        if told is None or change <= allowed:
            self._tints.append(tint)
            self._strangers.clear()
            return told
        self._strangers.append(tint)
        if len(self._strangers) >= _MEANT_SHOTS:
            self._tints.clear()
            self._tints.extend(self._strangers)
            self._strangers.clear()
        return told


def _tint(evidence: Evidence) -> npt.NDArray[np.float64] | None:
    outside = evidence.picture[evidence.alpha == 0].astype(np.float64)
    usable = outside[(outside.min(axis=1) > _BLACK) & (outside.max(axis=1) < _WHITE)]
    if len(usable) < 100:
        return None
    logs = np.log(usable)
    ratios = np.stack([logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]], axis=1)
    return np.asarray(np.median(ratios, axis=0), dtype=np.float64)
