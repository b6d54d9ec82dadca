"""A trained network as proposer: one picture seen mirrored and at several sizes.

The views' mean is a better mask than any one of them, and how far they differ tells how far
the network can be trusted on this picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.evaluation.bundle_model import BundleModel, Manifest
from train.evaluation.evaluate import Predict, frame_logits
from train.network.architecture import Architecture
from train.runs.run_folder import RunFolder

SIZE_STEP_PX = 32


@dataclass(frozen=True, slots=True)
class Views:
    """What the network says of one picture.

    Attributes:
        logits: mean over the views, float32 (height, width); above 0 is garment.
        views_iou: least IoU of one view's mask with the mean's, 0 to 1.
    """

    logits: Float32Array
    views_iou: float


Propose = Callable[[UInt8Array], Views]


def mask_iou(one: BoolArray, other: BoolArray) -> float:
    """Intersection over union of two masks; 1 when both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0


def _mirrored(network: Predict) -> Predict:
    def predict(batch: Float32Array) -> Float32Array:
        both = network(np.concatenate([batch, batch[:, :, ::-1]]))
        count = len(batch)
        return np.asarray((both[:count] + both[count:, :, ::-1]) / 2, np.float32)

    return predict


def _fitted(trained: Architecture, scale: float, picture_size: tuple[int, int]) -> Architecture:
    """Shape the input like the picture, so that nothing is spent on the letterbox's bars."""
    height, width = picture_size
    side_px = max(trained.input_size) * scale
    rows_px, columns_px = (side_px * each / max(height, width) for each in (height, width))

    def whole(size_px: float) -> int:
        return max(64, round(size_px / SIZE_STEP_PX) * SIZE_STEP_PX)

    return replace(trained, input_height_px=whole(rows_px), input_width_px=whole(columns_px))


class RunProposer:
    """A run's weights at any size: every layer is a convolution, so the same weights fit."""

    def __init__(self, run: RunFolder, scales: tuple[float, ...]) -> None:
        """Load the weights.

        Args:
            run: what ``train fit`` left.
            scales: long sides of the input, as multiples of the one that it was trained at;
                each side is rounded to a multiple of 32 pixels.
        """
        self._architecture = run.architecture()
        self._weights = run.load_model().get_weights()
        self._scales = scales
        # Photos of one set have few shapes, and each network takes seconds to build.
        self._networks: dict[tuple[int, int], Predict] = {}

    def __call__(self, picture: UInt8Array) -> Views:
        """Look at one picture, uint8 (height, width, 3), RGB."""
        views = []
        for scale in self._scales:
            fitted = _fitted(self._architecture, scale, (picture.shape[0], picture.shape[1]))
            views.append(frame_logits(self._network(fitted), picture, fitted))
        return mean_of(views)

    def _network(self, architecture: Architecture) -> Predict:
        if architecture.input_size not in self._networks:
            from train.network.model import build_model  # noqa: PLC0415 - brings TensorFlow

            model = build_model(architecture)
            model.set_weights(self._weights)
            self._networks[architecture.input_size] = _mirrored(model.predict_on_batch)
        return self._networks[architecture.input_size]


class BundleProposer:
    """A bundle's model, whose input has one size: the picture as it is and mirrored."""

    def __init__(self, manifest: Manifest) -> None:
        self._model = BundleModel(manifest)

    def __call__(self, picture: UInt8Array) -> Views:
        """Look at one picture, uint8 (height, width, 3), RGB."""
        mirrored = np.ascontiguousarray(picture[:, ::-1])
        back = self._model.frame_logits(mirrored)[:, ::-1]
        return mean_of([self._model.frame_logits(picture), back])


def mean_of(views: list[Float32Array]) -> Views:
    """Average views of one picture, float32 (height, width) each."""
    mean = np.asarray(np.mean(views, axis=0), np.float32)
    return Views(mean, min(mask_iou(view > 0, mean > 0) for view in views))
