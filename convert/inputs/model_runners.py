"""Models that can be compared: Keras as trained, and TFLite as a rig runs it."""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.representative_dataset import normalise
from convert.inputs.run_folder import Run
from convert.native_stderr import hide_native_stderr


class SegmentationModel(Protocol):
    """Anything that turns a letterboxed photo into garment logits."""

    def logits(self, boxed: UInt8Array) -> Float32Array:
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

    def logits(self, boxed: UInt8Array) -> Float32Array:
        """Run one letterboxed photo; see ``SegmentationModel``."""
        output = self._model(normalise(boxed, self._run)[np.newaxis])
        return np.asarray(output, dtype=np.float32)[0, :, :, 0]


class TfliteModel:
    """A TFLite model, int8 or float, run and fed as a rig does it."""

    def __init__(self, flatbuffer: bytes, run: Run) -> None:
        with hide_native_stderr():
            import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

            self._interpreter = tf.lite.Interpreter(
                model_content=flatbuffer, num_threads=os.cpu_count()
            )
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        scale, zero_point = self._input["quantization"]
        self._table: npt.NDArray[Any] = (
            int8_table(scale, zero_point, run)
            if self._input["dtype"] == np.int8
            else normalise(np.arange(256, dtype=np.uint8), run)
        )
        self._output = self._interpreter.get_output_details()[0]

    def logits(self, boxed: UInt8Array) -> Float32Array:
        """Run one letterboxed photo; see ``SegmentationModel``."""
        self._interpreter.set_tensor(self._input["index"], self._table[boxed][np.newaxis])
        self._interpreter.invoke()
        output = self._interpreter.get_tensor(self._output["index"])[0, :, :, 0]
        if self._output["dtype"] == np.float32:
            return np.asarray(output, dtype=np.float32)
        scale, zero_point = self._output["quantization"]
        logits = (output.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
        return np.asarray(logits, dtype=np.float32)


def int8_table(scale: float, zero_point: int, run: Run) -> npt.NDArray[np.int8]:
    """The model's input value for each of the 256 pixel values.

    In double precision, as on the rig: with the usual scale of 1/127.5 every value falls just
    beside a half, and single precision would round some of them the other way.
    """
    real = (np.arange(256, dtype=np.float64) - run.mean) / run.std
    steps = np.clip(np.round(real / scale) + zero_point, -128, 127)
    return np.asarray(steps, dtype=np.int8)
