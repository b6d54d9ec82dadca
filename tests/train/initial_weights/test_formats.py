"""Initial weights in every format that ``--init`` takes, each from a file written here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py  # type: ignore[import-untyped]  # ships no types
import keras
import numpy as np
import pytest

from tests.support.slim_files import SlimFile, write_archive, write_checkpoint, write_frozen_graph
from train.errors import UsageError
from train.initial_weights.origin import find_origin
from train.initial_weights.placement import Placement, place
from train.initial_weights.weights import Convolution, Norm, Weights
from train.network.architecture import Architecture
from train.network.model import build_model

WIDTH = 0.35


def _started(
    init: object, *, size: tuple[int, int] = (64, 64), rates: tuple[int, ...] = (1, 2)
) -> tuple[keras.Model, Placement]:
    """Start a network as ``fit --init`` does."""
    origin = find_origin(str(init))
    assert origin is not None
    weights = origin.read(WIDTH)
    model = build_model(
        Architecture(
            *size, width_multiplier=WIDTH, atrous_rates=rates, batch_norm=weights.batch_norm
        )
    )
    return model, place(model, weights)


def _features(model: keras.Model, layer: str, picture: np.ndarray) -> np.ndarray:  # type: ignore[type-arg] # any float array
    return np.asarray(keras.Model(model.input, model.get_layer(layer).output)(picture))


@pytest.mark.parametrize(
    ("write", "last"),
    [
        (write_checkpoint, "expanded_conv_16_project_norm"),
        (lambda folder: write_frozen_graph(folder, norms=True), "expanded_conv_16_project_norm"),
        (lambda folder: write_frozen_graph(folder, norms=False), "expanded_conv_16_project"),
        (write_archive, "expanded_conv_16_project_norm"),
    ],
    ids=["checkpoint", "frozen graph", "frozen and folded graph", "published archive"],
)
def test_slim_weights_compute_what_their_graph_computes(
    tmp_path: Path, write: Callable[[Path], SlimFile], last: str
) -> None:
    """From each of slim's formats our backbone computes the features of the graph itself."""
    written = write(tmp_path)
    model, placement = _started(written.path)
    ours = _features(model, last, written.picture)
    scale = np.abs(written.features).max()
    assert scale > 0.1
    assert np.abs(ours - written.features).max() < 1e-4 * scale
    assert "garment_logits" in placement.fresh
    assert not [name for name in placement.fresh if name.startswith(("Conv", "expanded"))]
    assert placement.unused[:1] in (("aspp0",), ())  # the frozen graph ends before the head


def test_norms_can_be_folded_or_kept() -> None:
    """Folding a norm into its convolution, and moving a bias into a norm, change no output."""
    random = np.random.default_rng(2)
    mean, beta, bias = (random.normal(size=6).astype("f4") for _ in range(3))
    gamma, variance = (random.uniform(0.5, 2, 6).astype("f4") for _ in range(2))
    norm = Norm(gamma, beta, mean, variance, epsilon=0.1)
    picture = random.normal(size=(1, 5, 5, 4)).astype("f4")
    kernel = random.normal(size=(3, 3, 4, 6)).astype("f4")
    whole = Convolution(kernel, bias, norm)
    plain = keras.ops.conv(picture, kernel) + bias
    expected = (plain - mean) / np.sqrt(variance + 0.1) * gamma + beta
    folded = whole.folded()
    assert folded.bias is not None
    np.testing.assert_allclose(
        keras.ops.conv(picture, folded.kernel) + folded.bias, expected, atol=1e-4
    )
    layer = keras.layers.BatchNormalization(epsilon=1e-3)
    layer.build((None, 3, 3, 6))
    layer.set_weights(norm.arrays(bias))
    np.testing.assert_allclose(layer(keras.ops.conv(picture, kernel)), expected, atol=1e-4)


def test_norms_are_kept_only_where_every_convolution_has_one() -> None:
    """A source that folded half of its norms is folded whole, so that every weight has a place."""
    kernel, ones = np.ones((1, 1, 2, 2), "f4"), np.ones(2, "f4")
    normed = Convolution(kernel, norm=Norm(ones, ones, ones, ones))
    mixed = Weights("x", "x", "", {"Conv": normed, "expanded_conv_project": Convolution(kernel)})
    assert not mixed.batch_norm
    assert [a.shape for a in mixed.arrays(batch_norm=False)["Conv"]] == [(1, 1, 2, 2), (2,)]
    assert Weights("x", "x", "", {"Conv": normed}).batch_norm


@pytest.fixture(scope="module")
def keras_mobilenet() -> keras.Model:
    """Keras' own MobileNetV2, its norms set as if it had been trained."""
    keras.utils.set_random_seed(4)
    model = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=WIDTH, include_top=False, weights=None
    )
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            random = np.random.default_rng(len(layer.name))
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    return model


def _write_h5(model: keras.Model, path: Path) -> None:
    """Write weights as Keras' published .h5 files have them."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, layer.get_weights(), strict=True):
                group[name] = array


@pytest.mark.parametrize("kind", ["keras", "imagenet"])
def test_a_keras_mobilenet_finds_its_place(
    keras_mobilenet: keras.Model, tmp_path: Path, kind: str
) -> None:
    """Keras' MobileNetV2, as .keras or as ImageNet's .h5, computes the same in our network."""
    if kind == "keras":
        init = str(tmp_path / "mobilenet.keras")
        keras_mobilenet.save(init)
    else:
        _write_h5(keras_mobilenet, tmp_path / "mobilenet.h5")
        init = f"imagenet:{tmp_path / 'mobilenet.h5'}"
    model, placement = _started(init)
    picture = np.random.default_rng(6).uniform(-1, 1, (1, 64, 64, 3)).astype("f4")
    # From block 13 on ours is dilated where Keras' has a stride.
    ours = _features(model, "expanded_conv_12_project_norm", picture)
    theirs = _features(keras_mobilenet, "block_12_project_BN", picture)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
    assert "Conv_1" in placement.unused
    assert placement.weights.kind == kind


def test_a_run_of_another_shape_gives_what_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another run's model fits at any input size; layers that did not fit are named."""
    keras.utils.set_random_seed(9)
    theirs = build_model(Architecture(96, 64, width_multiplier=WIDTH, atrous_rates=(1, 2)))
    theirs.save(tmp_path / "model.keras")
    model, placement = _started(tmp_path / "model.keras", size=(64, 128), rates=(1, 3))
    assert {name.split("_")[1] for name in placement.fresh} == {"rate3"}
    assert {name.split("_")[1] for name in placement.unused} == {"rate2"}
    for name in placement.loaded:
        for ours, given in zip(
            model.get_layer(name).get_weights(), theirs.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, given)
    placement.report()
    said = capsys.readouterr().err
    assert "4 start fresh: aspp_rate3_depthwise" in said
    assert "4 of the file are not used: aspp_rate2_depthwise" in said


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("graph.pb", b"\xff\xff\xff", "no frozen graph"),
        ("graph.tar.gz", b"hello", "damaged archive"),
        ("model.ckpt.index", b"hello", "damaged checkpoint"),
        ("model.keras", b"hello", "damaged .keras"),
        ("cut.keras", b"PK\3\4 cut short", "damaged .keras"),
        ("weights.onnx", b"hello", "of no known kind"),
    ],
)
def test_files_that_hold_no_weights_are_refused(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    """Whatever ``--init`` names and cannot be read is refused in one sentence."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        _started(tmp_path / name)


def test_imagenet_without_a_network_says_what_to_do(drawn_dataset: Path, tmp_path: Path) -> None:
    """Where ImageNet's weights cannot be downloaded, fit says so and which file to bring."""
    nowhere = "http://127.0.0.1:9"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "train", "fit", str(tmp_path / "run")),
            *("--data", str(drawn_dataset), "--init", "imagenet"),
        ],
        env=os.environ
        | {"KERAS_HOME": str(tmp_path), "https_proxy": nowhere, "HTTPS_PROXY": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "the ImageNet weights cannot be downloaded" in done.stderr
    assert "--init imagenet:FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
