"""A network turned into int8 before it is trained, to see into which ops it becomes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.errors import UsageError, WorkError
from convert.native_noise import hide_native_stderr

SAMPLES = 4


def untrained_int8(source: Path | None, shape: Sequence[str]) -> tuple[bytes, str]:
    """Convert a network with made-up calibration data.

    Weights and scales are of no use; the ops, their options and sizes are those that the trained
    network will have.

    Args:
        source: a RUN folder or a ``.keras`` file; None has `python -m train` make one.
        shape: options for `python -m train architecture`, only without ``source``.

    Returns:
        The int8 TFLite model, and what to call it.

    Raises:
        UsageError: the network cannot be loaded, or no such network can be made.
        WorkError: TensorFlow could not convert it.
    """
    if source is not None:
        path = source / "model.keras" if source.is_dir() else source
        if not path.is_file():
            raise UsageError(f"no network at {path}: give a RUN folder or a .keras file")
        return _convert(path), str(source)
    with tempfile.TemporaryDirectory(prefix="selvedge-architecture") as scratch:
        path = Path(scratch) / "model.keras"
        _make(path, shape)
        return _convert(path), "the untrained network"


def _make(path: Path, shape: Sequence[str]) -> None:
    """Let the training package build it: the two packages meet in files only."""
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-m", "train", "architecture", "-o", str(path), *shape],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = lines[-1] if lines else "it said nothing"
        said = said.removeprefix("selvedge: ").removeprefix("python -m train architecture: error: ")
        error = UsageError if done.returncode == UsageError.exit_code else WorkError
        raise error(f"no such network can be made: {said}")


def _convert(path: Path) -> bytes:
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - takes seconds to load
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        try:
            model = keras.models.load_model(path, compile=False)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path} cannot be loaded as a Keras model: {_line(error)}") from error
        sizes = tuple(model.input_shape[1:])
        if None in sizes or len(sizes) != 3:
            raise UsageError(f"{path} takes {sizes}: an Edge TPU wants fixed height and width")
        fixed = keras.Input(sizes, batch_size=1)
        converter = tf.lite.TFLiteConverter.from_keras_model(
            keras.Model(fixed, model(fixed, training=False))
        )
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _noise(sizes)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        try:
            return bytes(converter.convert())
        except Exception as error:
            raise WorkError(f"TensorFlow could not convert {path}: {_line(error)}") from error


def _noise(sizes: tuple[int, ...]) -> Iterator[list[npt.NDArray[Any]]]:
    rng = np.random.default_rng(1)
    for _ in range(SAMPLES):
        yield [rng.uniform(-1, 1, (1, *sizes)).astype(np.float32)]


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
