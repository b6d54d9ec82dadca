"""How a shot's light differs from that of the shots before it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from device.pipeline.cutout import Cutout
from device.verdict.light_sample import LightSample, sample_light

_REMEMBERED = 9
"""Their median ignores up to four exceptions, and follows daylight within as many shots."""
_LEAST_SHOTS = 3
"""Before, the median may be that of an exception."""
_BLACK, _WHITE = 12, 243
"""Darker or brighter pixels have a channel that is clipped or mostly noise."""
_LEAST_PIXELS = 50
"""For a median that the noise does not move."""
_CHANGED_SHOTS = 3
"""After so many shots in a row in another light, the light was changed on purpose."""


@dataclass(frozen=True, slots=True)
class LightDrift:
    """How a shot's light differs from that of the shots before it.

    Attributes:
        white: the largest change of red to green or blue to green in the surroundings, as a
            natural logarithm.
        light_stops: how much brighter the surroundings are, in stops; below 0 darker. Clipped
            pixels hide how much brighter it is.
    """

    white: float
    light_stops: float


class LightHistory:
    """Remembers colour and brightness of the surroundings over the last shots of a camera."""

    def __init__(self) -> None:
        self._lights: deque[npt.NDArray[np.float64]] = deque(maxlen=_REMEMBERED)
        self._outliers: list[npt.NDArray[np.float64]] = []

    def measure_drift(
        self,
        cutout: Cutout,
        allowed_white: float,
        allowed_stops: float,
        sample: LightSample | None = None,
    ) -> LightDrift | None:
        """Return how far a shot's surroundings differ from those before, and remember them.

        Args:
            cutout: the shot.
            allowed_white: a shot of a larger drift is not remembered.
            allowed_stops: likewise.
            sample: of the shot, where there is one already.

        Returns:
            None while too few shots are known, or where all around is black or clipped.
        """
        light = _measure_light(sample or sample_light(cutout))
        if light is None:
            return None
        known = np.median(np.array(self._lights), axis=0) if self._lights else light
        red, blue, stops = (float(each) for each in light - known)
        drift = LightDrift(max(abs(red), abs(blue)), stops)
        enough = len(self._lights) >= _LEAST_SHOTS
        if not enough or (drift.white <= allowed_white and abs(stops) <= allowed_stops):
            self._lights.append(light)
            self._outliers.clear()
            return drift if enough else None
        self._outliers.append(light)
        if len(self._outliers) >= _CHANGED_SHOTS:
            self._lights.clear()
            self._lights.extend(self._outliers)
            self._outliers.clear()
        return drift


def _measure_light(sample: LightSample) -> npt.NDArray[np.float64] | None:
    """Return red to green and blue to green as logarithms, and green in stops; medians outside."""
    pixels = sample.pixels[::2, ::2][sample.alpha[::2, ::2] == 0]
    if len(pixels) < _LEAST_PIXELS:
        return None
    green = np.median(pixels[:, 1])
    usable = pixels[(pixels.min(axis=1) > _BLACK) & (pixels.max(axis=1) < _WHITE)]
    if len(usable) < _LEAST_PIXELS:
        return None
    logs = np.log(usable.astype(np.float32))
    ratios = np.median(logs[:, ::2] - logs[:, 1:2], axis=0)
    return np.array([*ratios, _to_stops(float(green))], dtype=np.float64)


def _to_stops(level: float) -> float:
    """Return the light behind a level of sRGB, by the power that comes nearest to its curve."""
    return 2.2 * float(np.log2(max(level, 1.0) / 255))
