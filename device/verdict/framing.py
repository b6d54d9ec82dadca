"""How a garment lies in the frame: what touches an edge, and what leaves at one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from device.imaging.mask import Mask

_OPPOSITE = (1, 0, 3, 2)
"""Edges are top, bottom, left, right."""
_FILLS = 0.3
"""Of the garment's own width or height: what leaves so broadly at two opposite edges is a close-up,
however much more it is at the one than at the other."""
_REMEMBERED = 3
"""Cut alike so many times in a row, a garment is meant to be: that is how a session is framed."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a mask meets the frame's four edges.

    Attributes:
        edge_touch_share: the largest share of one edge under garment.
        cut_share: the largest share of the garment's own width or height that leaves at one edge,
            beyond what leaves at the opposite one. A close-up fills the frame from edge to edge
            and a tight frame touches both sleeves, on purpose: the first counts 0, the second what
            one sleeve has more than the other. What leaves on one side alone has slipped out.
    """

    edge_touch_share: float
    cut_share: float


class FramingHistory:
    """Remembers where the last shots of a camera left the frame. Belongs to the shooting thread."""

    def __init__(self) -> None:
        self._cuts: deque[tuple[float, ...]] = deque(maxlen=_REMEMBERED)

    def measure(self, mask: Mask) -> Framing:
        """Measure a shot's framing against that of the shots before, and remember it.

        What each of the last three shots left at an edge too is how the session is framed.
        """
        touches, cuts = _measure_edges(mask)
        usual = (0.0,) * len(cuts)
        if len(self._cuts) == _REMEMBERED:
            usual = tuple(map(min, zip(*self._cuts, strict=True)))
        if mask.bbox is not None:
            self._cuts.append(cuts)
        beyond = (max(0.0, cut - before) for cut, before in zip(cuts, usual, strict=True))
        return Framing(max(touches), max(beyond))


def measure_framing(mask: Mask) -> Framing:
    """Measure the framing of a picture that stands alone."""
    return FramingHistory().measure(mask)


def _measure_edges(mask: Mask) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return for each edge the share of it under garment, and the garment's share cut there."""
    alpha = mask.alpha
    edges = (alpha[0, :], alpha[-1, :], alpha[:, 0], alpha[:, -1])
    counts = [int(np.count_nonzero(edge >= 128)) for edge in edges]
    touches = tuple(count / len(edge) for count, edge in zip(counts, edges, strict=True))
    if mask.bbox is None:
        return touches, (0.0,) * len(edges)
    _, _, width_px, height_px = mask.bbox
    extents = (width_px, width_px, height_px, height_px)
    shares = [count / extent for count, extent in zip(counts, extents, strict=True)]
    behind = [shares[opposite] for opposite in _OPPOSITE]
    cuts = tuple(
        0.0 if there >= _FILLS else max(0.0, here - there)
        for here, there in zip(shares, behind, strict=True)
    )
    return touches, cuts
