"""Convert an untrained network to int8, to see which ops it becomes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from convert.arrays import Float32Array
from convert.errors import UsageError, WorkError
from convert.quantisation.tflite_converter import convert_to_tflite, fix_batch, load_keras_model

SAMPLES = 4  # any number gives the same ops


def convert_untrained(source: Path | None, shape: Sequence[str]) -> tuple[bytes, str]:
    """Convert a network to int8 with noise as representative dataset.

    Weights and scales mean nothing; the ops, their options and sizes are those of the trained
    network.

    Args:
        source: a RUN folder or a ``.keras`` file; with None, `python -m train` builds a network.
        shape: options for `python -m train architecture`, only without ``source``.

    Returns:
        The int8 TFLite model, and its name in messages.

    Raises:
        UsageError: the network cannot be loaded, or no such network can be built.
        WorkError: TensorFlow could not convert it.
    """
    if source is not None:
        path = source / "model.keras" if source.is_dir() else source
        if not path.is_file():
            raise UsageError(f"no network at {path}: give a RUN folder or a .keras file")
        return _convert(path), str(source)
    with tempfile.TemporaryDirectory(prefix="selvedge-architecture") as scratch:
        path = Path(scratch) / "model.keras"
        _build_network(path, shape)
        return _convert(path), "the untrained network"


def _build_network(path: Path, shape: Sequence[str]) -> None:
    """Let the training package build the network: the two packages share files only."""
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-m", "train", "architecture", "-o", str(path), *shape],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else "it printed nothing"
        reason = reason.removeprefix("selvedge: ")
        reason = reason.removeprefix("python -m train architecture: error: ")
        error = UsageError if done.returncode == UsageError.exit_code else WorkError
        raise error(f"no such network can be made: {reason}")


def _convert(path: Path) -> bytes:
    model = load_keras_model(path)
    sizes = tuple(model.input_shape[1:])
    if None in sizes or len(sizes) != 3:
        raise UsageError(f"{path} takes {sizes}: an Edge TPU wants fixed height and width")
    return convert_to_tflite(fix_batch(model), "int8", lambda: _make_noise(sizes))


def _make_noise(sizes: tuple[int, ...]) -> Iterator[list[Float32Array]]:
    rng = np.random.default_rng(1)
    for _ in range(SAMPLES):
        yield [rng.uniform(-1, 1, (1, *sizes)).astype(np.float32)]
