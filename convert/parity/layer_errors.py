"""Where an int8 graph diverges from the float graph: both run side by side, op by op."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.arrays import Float32Array, UInt8Array
from convert.graph.flatbuffer import Graph, Tensor, read_graph
from convert.inputs.input_table import make_input_table
from convert.inputs.run_folder import Run
from convert.native_stderr import hide_native_stderr

DIVERGED_STEPS = 1.0
"""Rounding alone leaves 1/√12 = 0.29 int8 steps; a whole step means that something was lost."""


@dataclass(frozen=True, slots=True)
class LayerError:
    """How far one op's output is from the float graph's.

    Attributes:
        index: the op's place in running order.
        op: its name.
        layer: the Keras layer behind it.
        error_steps: root of the mean squared difference, in int8 steps of this output.
        signal_to_noise_db: the float output's variance over the squared difference, in decibel.
    """

    index: int
    op: str
    layer: str
    error_steps: float
    signal_to_noise_db: float

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of parity.json."""
        return asdict(self)


def compare_layers(
    float_model: bytes, int8_model: bytes, photos: Iterable[UInt8Array], run: Run
) -> list[LayerError]:
    """Run both graphs on the same photos and compare the output of each op.

    Args:
        float_model: TFLite flatbuffer of the float network.
        int8_model: the same network quantised.
        photos: uint8 (H, W, 3), letterboxed.
        run: gives the normalisation.

    Returns:
        One entry for each op in running order; empty when the converter ordered the two graphs
        differently, so that ops cannot be matched.
    """
    exact, rounded = read_graph(float_model, "the float model"), read_graph(int8_model, "int8")
    if [op.name for op in exact.ops] != [op.name for op in rounded.ops]:
        return []
    noise, signal = np.zeros(len(exact.ops)), np.zeros(len(exact.ops))
    runners = [_open_interpreter(model) for model in (float_model, int8_model)]
    tables = [_make_table(graph.inputs[0], run) for graph in (exact, rounded)]
    count = 0
    for photo in photos:
        count += 1
        for runner, graph, table in zip(runners, (exact, rounded), tables, strict=True):
            runner.set_tensor(graph.inputs[0].index, table[photo][np.newaxis])
            runner.invoke()
        for number, (ours, theirs) in enumerate(zip(exact.ops, rounded.ops, strict=True)):
            wanted = _read_output(runners[0], ours.outputs[0])
            signal[number] += float(wanted.var())
            noise[number] += float(
                np.mean((wanted - _read_output(runners[1], theirs.outputs[0])) ** 2)
            )
    if not count:
        return []
    return _compute_errors(rounded, noise / count, signal / count)


def find_first_divergence(errors: list[LayerError]) -> LayerError | None:
    """Return the first layer that is a whole int8 step off, or else the one furthest off."""
    for error in errors:
        if error.error_steps > DIVERGED_STEPS:
            return error
    return max(errors, key=lambda error: error.error_steps, default=None)


def _compute_errors(graph: Graph, noise: Any, signal: Any) -> list[LayerError]:  # noqa: ANN401 - arrays
    found = []
    for op, squared, power in zip(graph.ops, noise, signal, strict=True):
        ratio = max(float(power), 1e-12) / max(float(squared), 1e-12)
        found.append(
            LayerError(
                index=op.index,
                op=op.name,
                layer=_find_layer_name(op.outputs[0]),
                error_steps=round(float(np.sqrt(squared)) / op.outputs[0].scales[0], 3),
                signal_to_noise_db=round(10 * float(np.log10(ratio)), 1),
            )
        )
    return found


def _find_layer_name(tensor: Tensor) -> str:
    """Return the layer's own name from the converter's ``wrapper_1/model_1/layer_1/BiasAdd;…``.

    A convolution has the name of the batch norm that is folded into it; the model's last tensor
    has that of the signature.
    """
    parts = tensor.name.split(";")[-1].split("/")
    if len(parts) < 3:
        return "the output"
    return re.sub(r"_\d+$", "", parts[2]).removesuffix("_norm")


def _open_interpreter(flatbuffer: bytes) -> Any:  # noqa: ANN401 - TensorFlow ships no types
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        interpreter = tf.lite.Interpreter(
            model_content=flatbuffer, experimental_preserve_all_tensors=True
        )
        interpreter.allocate_tensors()
        return interpreter


def _make_table(tensor: Tensor, run: Run) -> npt.NDArray[Any]:
    scale, zero_point = (tensor.scales[0], tensor.zero_points[0]) if tensor.scales else (1.0, 0)
    return make_input_table(tensor.dtype.lower(), scale, zero_point, mean=run.mean, std=run.std)


def _read_output(runner: Any, tensor: Tensor) -> Float32Array:  # noqa: ANN401 - no types
    values = np.asarray(runner.get_tensor(tensor.index), np.float32)
    if tensor.scales:
        values = (values - tensor.zero_points[0]) * np.float32(tensor.scales[0])
    return np.asarray(values, np.float32)
