"""Initial weights in every format that ``--init`` takes, from files that the tests write."""

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
from train.initial_weights.loading import LoadReport, load_into_model
from train.initial_weights.origin import find_origin
from train.initial_weights.weights import Convolution, Norm, Weights
from train.network.architecture import Architecture
from train.network.model import build_model

WIDTH = 0.35


def _load(
    init: object, *, size: tuple[int, int] = (64, 64), rates: tuple[int, ...] = (1, 2)
) -> tuple[keras.Model, LoadReport]:
    """Build a network and load initial weights as ``fit --init`` does."""
    origin = find_origin(str(init))
    assert origin is not None
    weights = origin.read(WIDTH)
    model = build_model(
        Architecture(
            *size, width_multiplier=WIDTH, atrous_rates=rates, batch_norm=weights.batch_norm
        )
    )
    return model, load_into_model(model, weights)


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
def test_slim_weights_reproduce_their_graph(
    tmp_path: Path, write: Callable[[Path], SlimFile], last: str
) -> None:
    """From each of slim's formats, our backbone computes the features of the source graph."""
    written = write(tmp_path)
    model, report = _load(written.path)
    ours = _features(model, last, written.picture)
    scale = np.abs(written.features).max()
    assert scale > 0.1
    assert np.abs(ours - written.features).max() < 1e-4 * scale
    assert "garment_logits" in report.fresh
    assert not [name for name in report.fresh if name.startswith(("Conv", "expanded"))]
    assert report.unused[:1] in (("aspp0",), ())  # the frozen graph ends before the head


def test_folding_a_norm_keeps_the_output() -> None:
    """Folding a norm into its convolution and moving a bias into a norm keep the output."""
    random = np.random.default_rng(2)
    mean, beta, bias = (random.normal(size=6).astype("f4") for _ in range(3))
    gamma, variance = (random.uniform(0.5, 2, 6).astype("f4") for _ in range(2))
    norm = Norm(gamma, beta, mean, variance, epsilon=0.1)
    picture = random.normal(size=(1, 5, 5, 4)).astype("f4")
    kernel = random.normal(size=(3, 3, 4, 6)).astype("f4")
    whole = Convolution(kernel, bias, norm)
    plain = keras.ops.conv(picture, kernel) + bias
    expected = (plain - mean) / np.sqrt(variance + 0.1) * gamma + beta
    folded = whole.fold_norm()
    assert folded.bias is not None
    np.testing.assert_allclose(
        keras.ops.conv(picture, folded.kernel) + folded.bias, expected, atol=1e-4
    )
    layer = keras.layers.BatchNormalization(epsilon=1e-3)
    layer.build((None, 3, 3, 6))
    layer.set_weights(norm.to_keras(bias))
    np.testing.assert_allclose(layer(keras.ops.conv(picture, kernel)), expected, atol=1e-4)


def test_norms_are_kept_only_if_every_convolution_has_one() -> None:
    """If a source has folded some of its norms, the others are folded too."""
    kernel, ones = np.ones((1, 1, 2, 2), "f4"), np.ones(2, "f4")
    normed = Convolution(kernel, norm=Norm(ones, ones, ones, ones))
    mixed = Weights("x", "x", "", {"Conv": normed, "expanded_conv_project": Convolution(kernel)})
    assert not mixed.batch_norm
    assert [a.shape for a in mixed.to_keras(batch_norm=False)["Conv"]] == [(1, 1, 2, 2), (2,)]
    assert Weights("x", "x", "", {"Conv": normed}).batch_norm


@pytest.fixture(scope="module")
def keras_mobilenet() -> keras.Model:
    """Keras' own MobileNetV2, with norms as after training."""
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
    """Write weights in the layout of Keras' published .h5 files."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, layer.get_weights(), strict=True):
                group[name] = array


@pytest.mark.parametrize("kind", ["keras", "imagenet"])
def test_keras_mobilenet_reproduces_its_features(
    keras_mobilenet: keras.Model, tmp_path: Path, kind: str
) -> None:
    """Keras' MobileNetV2, from a .keras or an .h5 file, computes the same in our network."""
    if kind == "keras":
        init = str(tmp_path / "mobilenet.keras")
        keras_mobilenet.save(init)
    else:
        _write_h5(keras_mobilenet, tmp_path / "mobilenet.h5")
        init = f"imagenet:{tmp_path / 'mobilenet.h5'}"
    model, report = _load(init)
    picture = np.random.default_rng(6).uniform(-1, 1, (1, 64, 64, 3)).astype("f4")
    # From block 13 on, ours is dilated where Keras' has a stride.
    ours = _features(model, "expanded_conv_12_project_norm", picture)
    theirs = _features(keras_mobilenet, "block_12_project_BN", picture)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
    assert "Conv_1" in report.unused
    assert report.weights.kind == kind


def test_run_of_another_architecture_loads_the_layers_that_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run's model loads at any input size, and layers that do not fit are listed."""
    keras.utils.set_random_seed(9)
    theirs = build_model(Architecture(96, 64, width_multiplier=WIDTH, atrous_rates=(1, 2)))
    theirs.save(tmp_path / "model.keras")
    model, report = _load(tmp_path / "model.keras", size=(64, 128), rates=(1, 3))
    assert {name.split("_")[1] for name in report.fresh} == {"rate3"}
    assert {name.split("_")[1] for name in report.unused} == {"rate2"}
    for name in report.loaded:
        for ours, other in zip(
            model.get_layer(name).get_weights(), theirs.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, other)
    report.print_summary()
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
def test_init_refuses_files_without_weights(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    """A file for ``--init`` that cannot be read gives one sentence."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        _load(tmp_path / name)


def test_imagenet_without_internet_names_the_file_to_fetch(
    drawn_dataset: Path, tmp_path: Path
) -> None:
    """If the ImageNet weights cannot be downloaded, fit names the file to fetch."""
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
