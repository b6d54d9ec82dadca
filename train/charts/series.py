"""What a chart shows: points, alone or connected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One value in a chart; ``label`` is written beside it, ``tip`` shows on hovering."""

    x: float
    y: float
    label: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together; ``line`` connects them in their order."""

    name: str
    points: tuple[Point, ...]
    line: bool = False
