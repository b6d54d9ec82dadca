"""ImageNet weights of Keras' MobileNetV2: downloaded, or from a file."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sys
from pathlib import Path

import numpy as np

from train.errors import UsageError
from train.initial_weights.keras_file import keras_to_layer_name, read_model_weights, sort_layers
from train.initial_weights.weights import Weights, hash_files

WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)  # the published ones
_TIMEOUT_S = 30.0


def download_imagenet(width_multiplier: float) -> Weights:
    """Download the weights, or read them from Keras' cache.

    Raises:
        UsageError: there are none for this width, or they cannot be downloaded.
    """
    if width_multiplier not in WIDTHS:
        raise UsageError(
            f"no ImageNet weights are published for width multiplier {width_multiplier:g}: "
            f"use {', '.join(f'{width:g}' for width in WIDTHS)}"
        )
    import keras  # noqa: PLC0415 - heavy

    before_s = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT_S)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras prints progress to stdout
            model = keras.applications.MobileNetV2(
                input_shape=(224, 224, 3), alpha=width_multiplier, include_top=False
            )
    except Exception as error:  # Keras and urllib raise many kinds
        raise UsageError(
            f"the ImageNet weights cannot be downloaded ({_describe_error(error)}): fetch "
            f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{width_multiplier}_224_no_top.h5 "
            "from where keras.applications has it, and give --init imagenet:FILE"
        ) from error
    finally:
        socket.setdefaulttimeout(before_s)
    digest = hashlib.sha256()
    for array in model.get_weights():
        digest.update(array.tobytes())
    return read_model_weights(
        model, kind="imagenet", name="keras.applications MobileNetV2", sha256=digest.hexdigest()
    )


def _describe_error(error: Exception) -> str:
    """Return an error message as one line, without the address."""
    words = str(error).rpartition(" -- ")[2].split()
    return " ".join(words) or type(error).__name__


def read_imagenet(path: Path) -> Weights:
    """Read the ``.h5`` that Keras downloads: one group a layer, weights in Keras' order.

    Raises:
        UsageError: the file is no such ``.h5``.
    """
    import h5py  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with Keras, untyped

    try:
        with h5py.File(path) as file:
            root = file.get("model_weights", file)
            layers = {}
            for name in (_text(name) for name in root.attrs["layer_names"]):
                names = [_text(weight) for weight in root[name].attrs["weight_names"]]
                if names:
                    layers[keras_to_layer_name(name)] = [
                        np.asarray(root[name][weight], np.float32) for weight in names
                    ]
    except (OSError, KeyError) as error:
        raise UsageError(
            f"initial weights {path} are no Keras .h5 of MobileNetV2: fetch the file again"
        ) from error
    return Weights("imagenet", path.name, hash_files([path]), *sort_layers(layers))


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name
