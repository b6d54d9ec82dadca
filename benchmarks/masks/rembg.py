"""rembg: one of its models by name, or a file in the form of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.datasets.pictures import BoolArray
from benchmarks.masks.install_command import install_command
from benchmarks.masks.peer import AbsentError, Peer, format_title, is_installed, shorten
from device.errors import UsageError
from device.imaging.arrays import UInt8Array

_MADE_FOR = {"u2net_cloth_seg": "garments", "u2net_human_seg": "people"}
_HOME = "U2NET_HOME"


def open_rembg(choice: str) -> Peer:
    """Return one of rembg's models, with rembg's own preparation and mask.

    Args:
        choice: a model's name, whose weights rembg fetches unless it has them; or ``NAME=FILE``
            with one of its ``…_custom`` names and an ONNX file.

    Raises:
        UsageError: rembg has no such model, or there is no such file.
        AbsentError: rembg is not installed whole, or has no weights and cannot fetch them.
    """
    name, _, path = choice.partition("=")
    file = Path(path).resolve() if path else None
    if file is not None and not file.is_file():
        raise UsageError(f"{file} is not a file: give --rembg {name}=FILE an ONNX model")
    library = _import_rembg()
    session = _open_session(library, name, file)

    def segment(picture: UInt8Array) -> BoolArray:
        height, width = picture.shape[:2]
        mask = np.asarray(library.remove(picture, session=session, only_mask=True))
        # Of a model of several classes all masks come, one below the other, painted on RGBA.
        grey = mask if mask.ndim == 2 else mask[:, :, 0]
        return np.asarray((grey.reshape(-1, height, width) >= 128).any(axis=0))

    title = f"{format_title('rembg')}, `{name}`"
    if file is not None:
        title += f" with {file.name}"
    return Peer(title, _MADE_FOR.get(name, "what stands out"), segment)


def _import_rembg() -> ModuleType:
    # Without onnxruntime some versions of rembg end the whole program when imported.
    if not is_installed("rembg") or not is_installed("onnxruntime"):
        raise AbsentError(f"run `{install_command('rembg[cpu]')}`")
    try:
        return import_module("rembg")
    except ImportError as error:
        raise AbsentError(f"it cannot be imported: {error}") from error


def _open_session(library: ModuleType, name: str, file: Path | None) -> Any:  # noqa: ANN401 - rembg's own.
    return _open_named(library, name) if file is None else _open_custom(library, name, file)


def _open_named(library: ModuleType, name: str) -> Any:  # noqa: ANN401 - as above.
    try:
        return library.new_session(name)
    except ValueError as error:
        raise UsageError(f"rembg does not take {name!r}: {error}") from error
    except OSError as error:
        raise AbsentError(
            f"no weights for {name} ({shorten(error)}): put {name}.onnx into ~/.u2net,"
            " or give a file with --rembg dis_custom=FILE"
        ) from error


def _open_custom(library: ModuleType, name: str, file: Path) -> Any:  # noqa: ANN401 - as above.
    try:
        with _set_home(file.parent):
            return library.new_session(name, model_path=str(file))
    except Exception as error:  # onnxruntime's errors have no base of their own.
        raise UsageError(f"rembg does not take {file} as {name}: {shorten(error)}") from error


@contextmanager
def _set_home(folder: Path) -> Iterator[None]:
    """Point rembg to a folder: newer versions take no model from outside theirs."""
    before = os.environ.get(_HOME)
    os.environ[_HOME] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_HOME]
        else:
            os.environ[_HOME] = before
