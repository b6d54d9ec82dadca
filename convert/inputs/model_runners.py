"""Models that can be compared: Keras as trained, and TFLite as a rig runs it."""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.input_table import make_input_table, normalise
from convert.inputs.run_folder import Run
from convert.native_stderr import hide_native_stderr


class SegmentationModel(Protocol):
    """Anything that turns a letterboxed photo into garment logits."""

    def infer(self, boxed: UInt8Array) -> Float32Array:
        """Run one letterboxed photo.

        Args:
            boxed: uint8 RGB, (H, W, 3).

        Returns:
            float32 logits, (rows, columns).
        """
        ...


class KerasModel:
    """The float model as it was trained."""

    def __init__(self, model: Any, run: Run) -> None:  # noqa: ANN401 - keras ships no types
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        # As one graph: layer by layer Python alone would take longer than the arithmetic.
        self._model = tf.function(lambda photo: model(photo, training=False))
        self._run = run

    def infer(self, boxed: UInt8Array) -> Float32Array:
        """Run one letterboxed photo; see ``SegmentationModel``."""
        output = self._model(normalise(boxed, self._run)[np.newaxis])
        return np.asarray(output, dtype=np.float32)[0, :, :, 0]


class TfliteModel:
    """A TFLite model, int8 or float, run and fed as a rig does it."""

    def __init__(self, flatbuffer: bytes, run: Run, *, reverse_channels: bool = False) -> None:
        """Load a model.

        Args:
            flatbuffer: the ``.tflite``.
            run: gives the normalisation.
            reverse_channels: whether it takes BGR.
        """
        self._channels = slice(None, None, -1) if reverse_channels else slice(None)
        with hide_native_stderr():
            import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

            self._interpreter = tf.lite.Interpreter(
                model_content=flatbuffer, num_threads=os.cpu_count()
            )
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        scale, zero_point = self._input["quantization"]
        dtype = np.dtype(self._input["dtype"]).name
        self._table = make_input_table(dtype, scale, zero_point, mean=run.mean, std=run.std)
        self._output = self._interpreter.get_output_details()[0]

    def infer(self, boxed: UInt8Array) -> Float32Array:
        """Run one letterboxed photo; see ``SegmentationModel``."""
        values = self._table[boxed[..., self._channels]][np.newaxis]
        self._interpreter.set_tensor(self._input["index"], values)
        self._interpreter.invoke()
        output = self._interpreter.get_tensor(self._output["index"])[0, :, :, 0]
        if self._output["dtype"] == np.float32:
            return np.asarray(output, dtype=np.float32)
        scale, zero_point = self._output["quantization"]
        logits = (output.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
        return np.asarray(logits, dtype=np.float32)
