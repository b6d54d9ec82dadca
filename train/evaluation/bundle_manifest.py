"""A bundle's manifest as training reads it, to evaluate the int8 model of a network.

Nothing of the converter or the rig is imported: a bundle of any origin is run as its manifest
says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from train.arrays import Float32Array
from train.errors import UsageError
from train.evaluation.manifest_rules import check_manifest
from train.field_rules import check_fields, count
from train.json_file import read_json

FORMAT = "selvedge-bundle"
FORMAT_VERSION = 2  # from 2 on there may be an output beside the garment's


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How real values are stored: ``scale * (stored - zero_point)``, float32 as they are.

    Attributes:
        dtype: ``int8``, ``uint8`` or ``float32``.
        scale: real value of one integer step.
        zero_point: integer of the real value 0.
    """

    dtype: str
    scale: float = 1.0
    zero_point: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle's manifest.json says of its CPU model.

    Attributes:
        id: the bundle's identity.
        model: the model file.
        sha256: its hash, 64 lower-case hexadecimal digits.
        input_size: height and width, pixels.
        output_size: rows and columns of the logits.
        stride: input pixels for each of these cells.
        input: how the input is stored.
        output: how the logits are.
        mean: subtracted from each 8-bit pixel value.
        std: divides what is left.
        colour_order: ``RGB`` or ``BGR``.
        letterbox_fill: colour of the border, in that order.
    """

    id: str
    model: Path
    sha256: str
    input_size: tuple[int, int]
    output_size: tuple[int, int]
    stride: int
    input: Quantisation
    output: Quantisation
    mean: float
    std: float
    colour_order: str
    letterbox_fill: tuple[int, ...]

    def make_input_table(self) -> npt.NDArray[Any]:
        """Return the model's input value for each of the 256 pixel values, shape (256,)."""
        return make_input_table(self.input, mean=self.mean, std=self.std)

    def dequantise(self, output: npt.NDArray[Any]) -> Float32Array:
        """Return the logits of an output (1, rows, columns, 1): float32 (rows, columns)."""
        cells = output.reshape(self.output_size).astype(np.float32)
        if self.output.dtype == "float32":
            return np.asarray(cells)
        steps = cells - np.float32(self.output.zero_point)
        return np.asarray(steps * np.float32(self.output.scale))


def make_input_table(stored: Quantisation, *, mean: float, std: float) -> npt.NDArray[Any]:
    """Compute a model's input value for each of the 256 pixel values.

    In double precision, as conversion and the rig do: many values fall just beside a half.

    Args:
        stored: how the input is stored.
        mean: subtracted from each pixel value.
        std: divides what is left.

    Returns:
        Shape (256,), of the input's dtype.
    """
    real = (np.arange(256, dtype=np.float64) - mean) / std
    if stored.dtype == "float32":
        return real.astype(np.float32)
    limits = np.iinfo(stored.dtype)
    steps = np.round(real / stored.scale) + stored.zero_point
    table: npt.NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(stored.dtype)
    return table


def read_bundle(folder: Path) -> Manifest:
    """Read a bundle's manifest and compare each file that a rig needs with it.

    Raises:
        UsageError: no bundle, a damaged or newer manifest, or a missing or changed file.
    """
    path = folder / "manifest.json"
    try:
        values = read_json(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is damaged ({error}): convert the run again") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UsageError(f"{path} is not a Selvedge bundle's: name one that convert wrote")
    check_fields(path, values, (count("format_version"),), "convert the run again")
    if values["format_version"] > FORMAT_VERSION:
        raise UsageError(f"{folder} was made by a newer Selvedge: update this one")
    check_manifest(path, values)
    for name, sha256 in _list_files(values):
        _check_file(folder, name, sha256)
    return _parse(folder, values)


def _list_files(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and sha256 of each file that a rig reads."""
    golden = values.get("golden", {})
    golden_files = [golden[part] for part in ("frame", "mask") if part in golden]
    for file in (*values["files"].values(), *golden_files):
        yield file["name"], file["sha256"].lower()


def _check_file(folder: Path, name: str, sha256: str) -> None:
    path = folder / name
    if Path(name).name != name:
        raise UsageError(f"{folder} names the file {name!r}: it must lie in the bundle")
    if not path.is_file():
        raise UsageError(f"{folder} lacks {name}, which its manifest names: copy it whole")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise UsageError(f"{path} is not what its manifest says: copy the bundle again")


def _parse(folder: Path, values: Mapping[str, Any]) -> Manifest:
    input_end, output_end = values["input"], values["output"]
    return Manifest(
        id=values["id"],
        model=folder / values["files"]["cpu"]["name"],
        sha256=values["files"]["cpu"]["sha256"].lower(),
        input_size=(input_end["height_px"], input_end["width_px"]),
        output_size=(output_end["height_px"], output_end["width_px"]),
        stride=output_end["stride"],
        input=_read_quantisation(input_end),
        output=_read_quantisation(output_end),
        mean=float(input_end["normalisation"]["mean"]),
        std=float(input_end["normalisation"]["std"]),
        colour_order=input_end["colour_order"],
        letterbox_fill=tuple(input_end["letterbox_fill"]),
    )


def _read_quantisation(end: Mapping[str, Any]) -> Quantisation:
    if end["dtype"] == "float32":
        return Quantisation("float32")
    return Quantisation(end["dtype"], float(end["scale"]), end["zero_point"])
