"""Masks proposed by a trained network, with test-time augmentation.

The network predicts several views of a picture: mirrored and at several sizes. The mean of the
views is a better mask than any one view, and their agreement shows how far to trust the network
on this picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.evaluation.bundle_manifest import Manifest
from train.evaluation.bundle_model import BundleModel
from train.evaluation.evaluate import Predict, infer_frame
from train.evaluation.picture_score import mask_iou
from train.network.architecture import Architecture
from train.runs.run_folder import RunFolder

SIZE_STEP_PX = 32  # input sizes that divide evenly at every stride of the network


@dataclass(frozen=True, slots=True)
class Prediction:
    """A network's prediction of one picture.

    Attributes:
        logits: mean over the views, float32 (height, width); above 0 is garment.
        views_iou: lowest IoU of one view's mask with the mean's, 0 to 1.
    """

    logits: Float32Array
    views_iou: float


Proposer = Callable[[UInt8Array], Prediction]


def _add_mirroring(network: Predict) -> Predict:
    """Return a network that averages the logits of a batch and of its mirror image."""

    def predict(batch: Float32Array) -> Float32Array:
        both = network(np.concatenate([batch, batch[:, :, ::-1]]))
        count = len(batch)
        return np.asarray((both[:count] + both[count:, :, ::-1]) / 2, np.float32)

    return predict


def _fit_input_size(
    trained: Architecture, scale: float, picture_size: tuple[int, int]
) -> Architecture:
    """Give the input the proportions of the picture, so that the letterbox adds no bars."""
    height, width = picture_size
    side_px = max(trained.input_size) * scale
    rows_px, columns_px = (side_px * each / max(height, width) for each in (height, width))

    def round_to_step(size_px: float) -> int:
        return max(64, round(size_px / SIZE_STEP_PX) * SIZE_STEP_PX)

    return replace(
        trained, input_height_px=round_to_step(rows_px), input_width_px=round_to_step(columns_px)
    )


class RunProposer:
    """Proposes masks by a run's weights, which fit any input size: all layers are convolutions."""

    def __init__(self, run: RunFolder, scales: tuple[float, ...]) -> None:
        """Load the weights.

        Args:
            run: a run of ``train fit``.
            scales: long sides of the input, as multiples of the trained one; each side is
                rounded to a multiple of 32 pixels.
        """
        self._architecture = run.read_architecture()
        self._weights = run.load_model().get_weights()
        self._scales = scales
        # Photos of one set have few shapes, and building a network takes seconds.
        self._networks: dict[tuple[int, int], Predict] = {}

    def __call__(self, picture: UInt8Array) -> Prediction:
        """Predict one picture, uint8 (height, width, 3), RGB."""
        views = []
        for scale in self._scales:
            fitted = _fit_input_size(
                self._architecture, scale, (picture.shape[0], picture.shape[1])
            )
            views.append(infer_frame(self._get_network(fitted), picture, fitted))
        return average_logits(views)

    def _get_network(self, architecture: Architecture) -> Predict:
        if architecture.input_size not in self._networks:
            from train.network.model import build_model  # noqa: PLC0415 - brings TensorFlow

            model = build_model(architecture)
            model.set_weights(self._weights)
            self._networks[architecture.input_size] = _add_mirroring(model.predict_on_batch)
        return self._networks[architecture.input_size]


class BundleProposer:
    """Proposes masks by the model of a bundle, whose input size is fixed."""

    def __init__(self, manifest: Manifest) -> None:
        self._model = BundleModel(manifest)

    def __call__(self, picture: UInt8Array) -> Prediction:
        """Predict one picture, uint8 (height, width, 3), RGB."""
        mirrored = np.ascontiguousarray(picture[:, ::-1])
        turned_back = self._model.infer_frame(mirrored)[:, ::-1]
        return average_logits([self._model.infer_frame(picture), turned_back])


def average_logits(views: list[Float32Array]) -> Prediction:
    """Average the logits of several views of one picture, float32 (height, width) each."""
    mean = np.asarray(np.mean(views, axis=0), np.float32)
    return Prediction(mean, min(mask_iou(view > 0, mean > 0) for view in views))
