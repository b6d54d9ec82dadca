"""Run a bundle's int8 model as its manifest says, so that training can judge what it became.

The manifest alone is read, nothing of the converter or the rig is imported: a bundle from
anywhere is judged by what it promises. Masks are the model's own, before the rig refines edges.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from train.arrays import Float32Array, UInt8Array
from train.errors import UsageError
from train.network.letterbox import Letterbox

FORMAT = "selvedge-bundle"
FORMAT_VERSION = 1
DTYPES = ("int8", "uint8", "float32")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle's manifest.json says of its CPU model."""

    id: str
    model: Path
    sha256: str
    input_size: tuple[int, int]
    output_size: tuple[int, int]
    stride: int
    input_dtype: str
    output_dtype: str
    input_scale: float
    input_zero_point: int
    output_scale: float
    output_zero_point: int
    mean: float
    std: float
    colour_order: str
    letterbox_fill: tuple[int, ...]

    def quantised(self) -> npt.NDArray[Any]:
        """The model's input value for each of the 256 pixel values."""
        # In double precision, as on the rig: many values fall just beside a half.
        real = (np.arange(256, dtype=np.float64) - self.mean) / self.std
        if self.input_dtype == "float32":
            return real.astype(np.float32)
        limits = np.iinfo(self.input_dtype)
        steps = np.round(real / self.input_scale) + self.input_zero_point
        table: npt.NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(self.input_dtype)
        return table

    def real(self, output: npt.NDArray[Any]) -> Float32Array:
        """The logits behind the model's output, (1, rows, columns, 1): float32 (rows, columns)."""
        cells = output.reshape(self.output_size).astype(np.float32)
        if self.output_dtype == "float32":
            return np.asarray(cells)
        return np.asarray(
            (cells - np.float32(self.output_zero_point)) * np.float32(self.output_scale)
        )


def read_bundle(folder: Path) -> Manifest:
    """Read a bundle's manifest and compare the model file with it.

    Raises:
        UsageError: no bundle, a damaged or newer manifest, or a changed model file.
    """
    path = folder / "manifest.json"
    try:
        given = json.loads(path.read_text("utf-8"))
        if not isinstance(given, dict) or given.get("format") != FORMAT:
            raise UsageError(f"{path} is not a Selvedge bundle's: name one that convert wrote")
        if int(given["format_version"]) > FORMAT_VERSION:
            raise UsageError(f"{folder} was made by a newer Selvedge: update this one")
        manifest = _manifest(folder, given)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise UsageError(f"{path} says nothing of {error}: convert the run again") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is damaged ({error}): convert the run again") from error
    if not manifest.model.is_file():
        raise UsageError(f"{folder} lacks {manifest.model.name}, which its manifest names")
    if hashlib.sha256(manifest.model.read_bytes()).hexdigest() != manifest.sha256:
        raise UsageError(f"{manifest.model} is not what its manifest says: copy the bundle again")
    return manifest


def _manifest(folder: Path, given: dict[str, Any]) -> Manifest:
    taken, made, file = given["input"], given["output"], given["files"]["cpu"]
    for what, value, allowed in (
        ("files.cpu.name", file["name"], (Path(file["name"]).name,)),  # stays in the folder
        ("input.dtype", taken["dtype"], DTYPES),
        ("output.dtype", made["dtype"], DTYPES),
        ("input.colour_order", taken["colour_order"], ("RGB", "BGR")),
        ("output.meaning", made["meaning"], ("garment_logit",)),
        ("input.channels", taken["channels"], (3,)),
        ("output.channels", made["channels"], (1,)),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}")
    return Manifest(
        id=str(given["id"]),
        model=folder / file["name"],
        sha256=str(file["sha256"]).lower(),
        input_size=(int(taken["height_px"]), int(taken["width_px"])),
        output_size=(int(made["height_px"]), int(made["width_px"])),
        stride=int(made["stride"]),
        input_dtype=taken["dtype"],
        output_dtype=made["dtype"],
        input_scale=float(taken.get("scale") or 1),
        input_zero_point=int(taken.get("zero_point") or 0),
        output_scale=float(made.get("scale") or 1),
        output_zero_point=int(made.get("zero_point") or 0),
        mean=float(taken["normalisation"]["mean"]),
        std=float(taken["normalisation"]["std"]),
        colour_order=taken["colour_order"],
        letterbox_fill=tuple(int(value) for value in taken["letterbox_fill"]),
    )


class BundleModel:
    """A bundle's model on this machine's CPU."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._table = manifest.quantised()
        try:
            with _native_noise_hidden():
                self._interpreter = _interpreter()(
                    model_path=str(manifest.model), num_threads=os.cpu_count()
                )
                self._interpreter.allocate_tensors()
            (taken,) = self._interpreter.get_input_details()
            (made,) = self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise UsageError(f"{manifest.model} does not load as a TFLite model") from error
        self._input, self._output = int(taken["index"]), int(made["index"])
        for found, size, dtype in (
            (taken, (*manifest.input_size, 3), manifest.input_dtype),
            (made, (*manifest.output_size, 1), manifest.output_dtype),
        ):
            if tuple(found["shape"]) != (1, *size) or np.dtype(found["dtype"]) != np.dtype(dtype):
                raise UsageError(f"{manifest.model} is not the model that its manifest describes")

    def frame_logits(self, picture: UInt8Array) -> Float32Array:
        """Run the model on one picture.

        Args:
            picture: uint8 (height, width, 3), RGB, any size.

        Returns:
            Logits at the picture's size: float32 (height, width).
        """
        manifest = self._manifest
        box = Letterbox.fit((picture.shape[0], picture.shape[1]), manifest.input_size)
        ordered = picture if manifest.colour_order == "RGB" else picture[:, :, ::-1].copy()
        boxed = box.place(ordered, manifest.letterbox_fill)
        self._interpreter.set_tensor(self._input, self._table[boxed][None])
        self._interpreter.invoke()
        logits = manifest.real(self._interpreter.get_tensor(self._output))
        return box.logits_to_frame(logits, manifest.stride)


@contextlib.contextmanager
def _native_noise_hidden() -> Iterator[None]:
    """Keep the interpreter's C++ log, written behind Python's back, from the terminal."""
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


def _interpreter() -> Any:
    """The rig's own interpreter where it is installed, else TensorFlow's."""
    try:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - optional
    except ImportError:
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        Interpreter = tf.lite.Interpreter  # noqa: N806 - a class under its own name
    return Interpreter
