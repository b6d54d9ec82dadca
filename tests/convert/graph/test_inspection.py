"""Graphs that must not reach a rig."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.errors import WorkError
from convert.graph.flatbuffer import Graph, read_graph
from convert.graph.inspection import find_faults, refuse_unfit
from convert.inputs.picture_folder import open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.native_noise import hide_native_stderr
from convert.quantisation.quantize import fix_batch, load_model, quantize
from convert.quantisation.recipe import RECIPES


@pytest.fixture(scope="module")
def loose_batch_graph(run: Path, photos: Path) -> Graph:
    """The same model converted as most people do it: with a dynamic batch."""
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - loaded here so that its noise stays hidden

        model = keras.models.load_model(run / "model.keras", compile=False)
    calibration = RepresentativeDataset(open_folder(photos), read_run(run))
    return read_graph(quantize(model, calibration, RECIPES["int8-plain"]), "loose")


def test_dynamic_batch_is_refused(loose_batch_graph: Graph) -> None:
    """A dynamic batch breaks dilation apart; the refusal names the ops that show it."""
    with pytest.raises(WorkError, match="SPACE_TO_BATCH_ND at") as refusal:
        refuse_unfit(loose_batch_graph, (2,))
    assert "no convolution carries dilation 2" in str(refusal.value)
    assert "the input is (-1, 64, 64, 3)" in str(refusal.value)


def test_float_model_is_refused(run: Path) -> None:
    """A float model never passes for an int8 one."""
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - loaded here so that its noise stays hidden

        converter = tf.lite.TFLiteConverter.from_keras_model(fix_batch(load_model(read_run(run))))
        graph = read_graph(converter.convert(), "float")
    faults = find_faults(graph, (2,))
    assert any(fault.startswith("float arithmetic is left: CONV_2D at 0") for fault in faults)
    assert any("not one int8 each" in fault for fault in faults)


def test_unfolded_batch_norm_is_refused(run: Path, photos: Path) -> None:
    """Arithmetic against constants, as an unfolded norm leaves it, is refused."""
    parsed = read_run(run)
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - loaded here so that its noise stays hidden

        fixed = fix_batch(load_model(parsed))
        norm = keras.layers.BatchNormalization(
            gamma_initializer="ones", moving_mean_initializer="ones"
        )
        # A norm in front of a ReLU that is in front of nothing cannot fold into a convolution.
        raised = norm(keras.layers.ReLU(6.0)(fixed.output), training=False)
        model = keras.Model(fixed.input, raised)
    flatbuffer = quantize(
        model, RepresentativeDataset(open_folder(photos), parsed), RECIPES["int8-plain"]
    )
    assert any(
        fault.startswith("batch norms are not folded")
        for fault in find_faults(read_graph(flatbuffer, "unfolded"), (2,))
    )
