"""A peer: a name, what it was made to find, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from benchmarks.datasets.pictures import BoolArray
from device.imaging.arrays import UInt8Array

Segment = Callable[[UInt8Array], BoolArray]
"""Takes an RGB picture (height, width, 3), returns a mask (height, width)."""


def _do_nothing() -> None:
    """Close a peer that holds nothing."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program or model whose masks are compared.

    Attributes:
        name: as the table calls it.
        made_for: what its makers trained it to find.
        segment: finds it.
        close: releases it; to be called while the interpreter still runs.
    """

    name: str
    made_for: str
    segment: Segment
    close: Callable[[], None] = _do_nothing


class AbsentError(Exception):
    """A peer that cannot run here; one sentence says why and what to do."""


def is_installed(package: str) -> bool:
    """Return whether a peer's package is there."""
    return find_spec(package) is not None


def format_title(package: str) -> str:
    """Return the package's name with its version, where it was installed as a distribution."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def shorten(error: Exception) -> str:
    """Shorten a package's error for one sentence."""
    return " ".join(str(error).split())[:120]
