"""The network: DeepLabv3+ on MobileNetV2 with atrous convolution."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from train.errors import UsageError
from train.network.architecture import Architecture
from train.network.model import build_model


def _dilations(model: keras.Model) -> dict[str, int]:
    return {
        layer.name: layer.dilation_rate[0]
        for layer in model.layers
        if isinstance(layer, keras.layers.DepthwiseConv2D) and layer.dilation_rate[0] > 1
    }


def test_logits_have_a_quarter_of_the_input() -> None:
    """Logits come at stride 4, one channel, for inputs that are not square either."""
    model = build_model(Architecture(input_height_px=128, input_width_px=96, width_multiplier=0.35))
    assert model.output_shape == (None, 32, 24, 1)


def test_output_stride_16_dilates_the_last_blocks_as_published() -> None:
    """At output stride 16 the last three blocks have rate 2, the ASPP the rates asked for."""
    model = build_model(Architecture(128, 128, 16, (2, 5), 0.35))
    assert _dilations(model) == {
        "expanded_conv_14_depthwise": 2,
        "expanded_conv_15_depthwise": 2,
        "expanded_conv_16_depthwise": 2,
        "aspp_rate2_depthwise": 2,
        "aspp_rate5_depthwise": 5,
    }
    assert model.get_layer("aspp_concat").output.shape[1:3] == (8, 8)


def test_output_stride_8_is_denser_and_sees_as_far() -> None:
    """At output stride 8 features are twice as dense and every rate doubles."""
    model = build_model(Architecture(128, 128, 8, (2,), 0.35))
    dilations = _dilations(model)
    assert dilations["expanded_conv_7_depthwise"] == 2
    assert dilations["expanded_conv_14_depthwise"] == 4
    assert dilations["aspp_rate4_depthwise"] == 4
    assert model.get_layer("aspp_concat").output.shape[1:3] == (16, 16)


def test_batch_norm_is_for_random_starts_only() -> None:
    """Folded weights need no norms in the backbone; a random start has them everywhere."""

    def norms(*, batch_norm: bool) -> int:
        model = build_model(Architecture(64, 64, width_multiplier=0.35, batch_norm=batch_norm))
        return sum("_norm" in layer.name and "conv" in layer.name.lower() for layer in model.layers)

    assert norms(batch_norm=False) == 0
    assert norms(batch_norm=True) >= 51


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"output_stride": 4}, "output stride 4"),
        ({"input_height_px": 100}, "multiple of 32"),
        ({"atrous_rates": ()}, "atrous rates"),
        ({"atrous_rates": (3, 3)}, "different whole numbers"),
    ],
)
def test_an_impossible_architecture_is_refused(wrong: dict[str, int], sentence: str) -> None:
    """What cannot be built is refused in a sentence before anything is built."""
    with pytest.raises(UsageError, match=sentence):
        Architecture(**wrong)  # type: ignore[arg-type]


def test_a_saved_model_needs_none_of_our_code(tmp_path: Path) -> None:
    """A converter loads model.keras with Keras alone, and it computes the same."""
    model = build_model(Architecture(64, 64, width_multiplier=0.35))
    picture = np.random.default_rng(1).uniform(-1, 1, (1, 64, 64, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "expected.npz", picture=picture, logits=model(picture, training=False))
    program = (
        "import sys, keras, numpy as np\n"
        f"sys.path = [p for p in sys.path if p != {str(Path.cwd())!r}]\n"
        f"e = np.load({str(tmp_path / 'expected.npz')!r})\n"
        f"m = keras.saving.load_model({str(tmp_path / 'model.keras')!r})\n"
        "assert np.abs(np.asarray(m(e['picture'], training=False)) - e['logits']).max() < 1e-4\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
