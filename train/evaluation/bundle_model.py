"""Run a bundle's int8 model as its manifest says, on this machine's CPU.

Masks are the model's own, before the rig refines edges.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.errors import UsageError
from train.evaluation.bundle_manifest import Manifest
from train.network.letterbox import Letterbox


class BundleModel:
    """A bundle's model on this machine's CPU."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._table = manifest.make_input_table()
        try:
            with hide_native_stderr():
                self._interpreter = load_interpreter_class()(
                    model_path=str(manifest.model), num_threads=os.cpu_count()
                )
                self._interpreter.allocate_tensors()
            (input_details,) = self._interpreter.get_input_details()
            # What comes behind the garment's is auxiliary.
            output_details = self._interpreter.get_output_details()[0]
        except (ValueError, RuntimeError) as error:
            raise UsageError(f"{manifest.model} does not load as a TFLite model") from error
        self._input = int(input_details["index"])
        self._output = int(output_details["index"])
        for found, size, dtype in (
            (input_details, (*manifest.input_size, 3), manifest.input.dtype),
            (output_details, (*manifest.output_size, 1), manifest.output.dtype),
        ):
            if tuple(found["shape"]) != (1, *size) or np.dtype(found["dtype"]) != np.dtype(dtype):
                raise UsageError(f"{manifest.model} is not the model that its manifest describes")

    def infer_frame(self, picture: UInt8Array) -> Float32Array:
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
        logits = manifest.dequantise(self._interpreter.get_tensor(self._output))
        return box.logits_to_frame(logits, manifest.stride)


@contextlib.contextmanager
def hide_native_stderr() -> Iterator[None]:
    """Keep the interpreter's C++ log, which bypasses Python's stderr, from the terminal."""
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


def load_interpreter_class() -> Any:
    """Return the rig's interpreter where it is installed, else TensorFlow's."""
    try:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - optional
    except ImportError:
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        Interpreter = tf.lite.Interpreter  # noqa: N806 - a class under its own name
    return Interpreter
