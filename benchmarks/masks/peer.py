"""One of those compared: a name, what it was made to find, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from benchmarks.datasets.pictures import Bools
from device.imaging.arrays import UInt8Array

Segment = Callable[[UInt8Array], Bools]
"""Takes an RGB picture (height, width, 3), returns a mask (height, width)."""


def _nothing() -> None:
    """What most need in order to be closed."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is compared.

    Attributes:
        name: as the table calls it.
        made_for: what its makers trained it to find.
        segment: finds it.
        close: lets go of it; to be called while the interpreter still runs.
    """

    name: str
    made_for: str
    segment: Segment
    close: Callable[[], None] = _nothing


class AbsentError(Exception):
    """A peer that cannot run here: one sentence that says why and how to fix it."""


def installed(package: str) -> bool:
    """Whether a peer's package is there."""
    return find_spec(package) is not None


def format_title(package: str) -> str:
    """The package's name with its version, where it was installed as a distribution."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def shorten(error: Exception) -> str:
    """What a package's error says, short enough for one sentence."""
    return " ".join(str(error).split())[:120]
