"""Converted graphs that are not fit for a rig."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.errors import WorkError
from convert.graph.flatbuffer import Graph, read_graph
from convert.graph.inspection import find_faults, refuse_faulty_graph
from convert.inputs.picture_folder import open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.native_stderr import hide_native_stderr
from convert.quantisation.recipe import RECIPES
from convert.quantisation.tflite_converter import convert_by_recipe, fix_batch, load_run_model


@pytest.fixture(scope="module")
def loose_batch_graph(run: Path, photos: Path) -> Graph:
    """The model converted with a dynamic batch, as is usual."""
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - loaded here so that its noise stays hidden

        model = keras.models.load_model(run / "model.keras", compile=False)
    calibration = RepresentativeDataset(open_folder(photos), read_run(run))
    return read_graph(convert_by_recipe(model, calibration, RECIPES["int8-plain"]), "loose")


def test_inspection_refuses_a_dynamic_batch(loose_batch_graph: Graph) -> None:
    """With a dynamic batch dilation is not fused; the error lists the ops that show it."""
    with pytest.raises(WorkError, match="SPACE_TO_BATCH_ND at") as refusal:
        refuse_faulty_graph(loose_batch_graph, (2,))
    assert "no convolution carries dilation 2" in str(refusal.value)
    assert "the input is (-1, 64, 64, 3)" in str(refusal.value)


def test_inspection_refuses_a_float_model(run: Path) -> None:
    """A float model is not accepted as int8."""
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - loaded here so that its noise stays hidden

        converter = tf.lite.TFLiteConverter.from_keras_model(
            fix_batch(load_run_model(read_run(run)))
        )
        graph = read_graph(converter.convert(), "float")
    faults = find_faults(graph, (2,))
    assert any(fault.startswith("float arithmetic is left: CONV_2D at 0") for fault in faults)
    assert any("not one int8 each" in fault for fault in faults)


def test_inspection_refuses_an_unfolded_batch_norm(run: Path, photos: Path) -> None:
    """Arithmetic with constants, which an unfolded norm leaves, is refused."""
    parsed = read_run(run)
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - loaded here so that its noise stays hidden

        fixed = fix_batch(load_run_model(parsed))
        norm = keras.layers.BatchNormalization(
            gamma_initializer="ones", moving_mean_initializer="ones"
        )
        # A norm after a ReLU cannot be folded into a convolution.
        output = norm(keras.layers.ReLU(6.0)(fixed.output), training=False)
        model = keras.Model(fixed.input, output)
    flatbuffer = convert_by_recipe(
        model, RepresentativeDataset(open_folder(photos), parsed), RECIPES["int8-plain"]
    )
    assert any(
        fault.startswith("batch norms are not folded")
        for fault in find_faults(read_graph(flatbuffer, "unfolded"), (2,))
    )
