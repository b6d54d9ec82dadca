"""What MediaPipe and rembg give, made into masks: the packages where installed, else stand-ins."""

from __future__ import annotations

import base64
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.datasets.pictures import read_pictures
from benchmarks.masks import mediapipe as mediapipe_peer
from benchmarks.masks.peer import AbsentError
from benchmarks.masks.rembg import open_rembg
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from tests.support.fake_peers import put_mediapipe, put_rembg

MEAN_OF_CHANNELS = base64.b64decode(
    "CAYSADpzCjAKAWkSAW8iClJlZHVjZU1lYW4qCwoEYXhlc0ABoAEHKg8KCGtlZXBkaW1zGAGgAQISAWdaHQoBaRIYChYI"
    "ARISCgIIAQoCCAMKAwjAAgoDCMACYh0KAW8SGAoWCAESEgoCCAEKAggBCgMIwAIKAwjAAkIECgAQCw=="
)
"""An ONNX model of one ReduceMean: (1, 3, 320, 320) to (1, 1, 320, 320)."""


@pytest.fixture
def corner() -> UInt8Array:
    """A dark portrait picture, (90, 61, 3), whose upper left corner, 20 by 30, is white."""
    picture = np.zeros((90, 61, 3), np.uint8)
    picture[:20, :30] = 255
    return picture


def test_rembg_masks_lie_where_the_picture_is(
    corner: UInt8Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that takes brightness for the subject finds the bright corner, at full size."""
    if find_spec("rembg") is None:
        put_rembg(monkeypatch)
    file = tmp_path / "mean.onnx"
    file.write_bytes(MEAN_OF_CHANNELS)
    mask = open_rembg(f"u2net_custom={file}").segment(corner)
    assert mask.shape == (90, 61)
    assert mask.dtype == np.bool_
    assert mask[:18, :28].all()
    assert not mask[23:].any()
    assert not mask[:, 33:].any()


def test_rembg_classes_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of upper, lower and full clothes, stacked by rembg, each counts in its own place."""
    put_rembg(monkeypatch)
    picture = np.zeros((90, 61, 3), np.uint8)
    for channel, row in enumerate((5, 35, 75)):
        picture[row : row + 10, 20:30, channel] = 255
    mask = open_rembg("u2net_cloth_seg").segment(picture)
    assert np.array_equal(mask, picture.any(axis=2))


def test_rembg_without_weights_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that cannot be fetched: the sentence says where to put them."""
    put_rembg(monkeypatch)
    with pytest.raises(AbsentError, match=r"no weights for u2netp .* put u2netp.onnx into"):
        open_rembg("u2netp")


def test_rembg_refuses_what_it_has_not(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that rembg does not know, and a file that is none: exit code 2."""
    put_rembg(monkeypatch)
    data = str(repository / "calibration_images")
    for choice, sentence in (
        ("u3net", "rembg does not take 'u3net'"),
        ("u2net_custom=nowhere.onnx", "nowhere.onnx is not a file"),
    ):
        assert main(["--data", data, "--limit", "1", "--rembg", choice]) == 2
        assert sentence in capsys.readouterr().err


def test_mediapipe_masks_lie_where_the_picture_is(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a dressed mannequin in the left half, most of what is found lies there."""
    if not _has_solutions():
        put_mediapipe(monkeypatch, old=True)
    photo = next(read_pictures(repository / "calibration_images", "all", 1)).pixels
    picture = np.concatenate([photo, np.zeros_like(photo)], axis=1)
    peer = mediapipe_peer.open_solution()
    mask = peer.segment(picture)
    peer.close()
    assert mask.shape == picture.shape[:2]
    assert mask.dtype == np.bool_
    assert mask[:, : photo.shape[1]].sum() > 10 * mask[:, photo.shape[1] :].sum()


@pytest.mark.parametrize("old", [True, False])
def test_mediapipe_tasks_are_read_by_their_labels(
    corner: UInt8Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, old: bool
) -> None:
    """One mask is a subject's; of several, clothes are taken before a person."""
    put_mediapipe(monkeypatch, old=old)
    file = tmp_path / "model.tflite"
    file.write_bytes(b"TFLITE_METADATA selfie")
    single = mediapipe_peer.open_task(file)
    assert single.made_for == "people"
    assert np.array_equal(single.segment(corner), corner.any(axis=2))
    red = corner * np.array([1, 0, 0], np.uint8)
    for labels, expected in (("clothes person", True), ("person clothes", False)):
        file.write_bytes(f"TFLITE_METADATA background {labels}".encode())
        several = mediapipe_peer.open_task(file)
        assert several.made_for == "clothes"
        assert several.segment(red)[:20, :30].all() == expected


def test_mediapipe_without_its_model_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that carries no model: the sentence names the option and the version that does."""
    put_mediapipe(monkeypatch, old=False)
    with pytest.raises(AbsentError, match=r"--mediapipe FILE, or run `.* pip install mediapipe=="):
        mediapipe_peer.open_solution()


@pytest.mark.parametrize("content", [b"TFL3 and no more", b"TFLITE_METADATA "])
def test_mediapipe_models_that_it_does_not_take(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model without metadata, on which old versions crash, and one that MediaPipe refuses."""
    put_mediapipe(monkeypatch, old=False)
    file = tmp_path / "model.tflite"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"model\.tflite"):
        mediapipe_peer.open_task(file)


def _has_solutions() -> bool:
    return find_spec("mediapipe") is not None and hasattr(import_module("mediapipe"), "solutions")
