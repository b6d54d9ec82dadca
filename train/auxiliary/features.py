"""What a bundle's own network knows of a picture just before it looks for garments."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from train.arrays import Int8Array, UInt8Array
from train.errors import UsageError
from train.evaluation.bundle_manifest import Manifest
from train.evaluation.bundle_model import hide_native_stderr, load_interpreter_class
from train.network.letterbox import Letterbox

FEATURES = "expanded_conv_16_project"
"""The backbone's last layer: the only one that still knows what it was taught of people."""


@dataclass(frozen=True, slots=True)
class FeatureTensor:
    """A tensor inside of a bundle's model.

    Attributes:
        index: its number in the graph.
        name: as the converter named it.
        rows: cells from top to bottom.
        columns: cells from left to right.
        channels: values of each cell.
        scale: real value of one step of these values.
        zero_point: step of the real value 0.
    """

    index: int
    name: str
    rows: int
    columns: int
    channels: int
    scale: float
    zero_point: int


class FeatureModel:
    """A bundle's int8 model on this machine's CPU, which shows what it has in between.

    Attributes:
        tensor: the features.
        input_size: height and width of what the model takes, pixels.
    """

    def __init__(self, manifest: Manifest) -> None:
        """Load the model.

        Args:
            manifest: of the bundle.

        Raises:
            UsageError: the model does not load, or has no layer of that name.
        """
        self.input_size = manifest.input_size
        self._manifest = manifest
        self._table = manifest.make_input_table()
        try:
            with hide_native_stderr(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that tensors are kept is what is wanted
                self._interpreter = load_interpreter_class()(
                    model_path=str(manifest.model),
                    num_threads=1,
                    experimental_preserve_all_tensors=True,
                )
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UsageError(f"{manifest.model} does not load as a TFLite model") from error
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        found = [each for each in self._interpreter.get_tensor_details() if _is_feature(each)]
        if not found:
            raise UsageError(
                f"{manifest.model} has no int8 layer {FEATURES}: give a bundle of this network"
            )
        details = found[-1]
        _, rows, columns, channels = (int(size) for size in details["shape"])
        scale, zero_point = details["quantization"]
        self.tensor = FeatureTensor(
            index=int(details["index"]),
            name=str(details["name"]),
            rows=rows,
            columns=columns,
            channels=channels,
            scale=float(scale),
            zero_point=int(zero_point),
        )

    def compute(self, picture: UInt8Array) -> tuple[Int8Array, Letterbox]:
        """Run the model on one picture.

        Args:
            picture: uint8 (height, width, 3), RGB, any size.

        Returns:
            Features as stored, int8 (rows, columns, channels), and the picture's place on the
            input.
        """
        manifest = self._manifest
        box = Letterbox.fit((picture.shape[0], picture.shape[1]), manifest.input_size)
        ordered = picture if manifest.colour_order == "RGB" else picture[:, :, ::-1].copy()
        boxed = box.place(ordered, manifest.letterbox_fill)
        self._interpreter.set_tensor(self._input, self._table[boxed][None])
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self.tensor.index)[0], np.int8), box


def _is_feature(details: Any) -> bool:
    shape = details["shape"]
    grid = len(shape) == 4 and shape[0] == 1 and shape[1] > 1 and shape[2] > 1
    return grid and FEATURES in details["name"] and details["dtype"] == np.int8
