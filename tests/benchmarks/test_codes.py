"""The benchmark of codes on labels: its labels are real codes, and its figures count right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.codes.label import KINDS, print_label
from benchmarks.codes.photograph import CORRUPTIONS, SEVERITIES, Conditions, corrupt, photograph
from benchmarks.codes.recall import NONE, Photograph, Reads
from device.capture.zxing_decoder import ZxingDecoder

_PLAIN = np.full((700, 900, 3), 120, np.uint8)


def _read(how: Conditions, kind: str) -> tuple[str, list[str]]:
    label = print_label(kind, 7, 30)
    taken = photograph(label, _PLAIN, how, np.random.default_rng(1))
    grey = np.asarray(cv2.cvtColor(taken, cv2.COLOR_BGR2GRAY), np.uint8)
    return label.text, ZxingDecoder().decode(grey)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_photograph_can_be_read(kind: str) -> None:
    """A flat label in good light has a code that a decoder reads, so that misses are misses."""
    text, found = _read(Conditions(px_per_module=4), kind)
    assert found == [text]


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_every_corruption_spoils_a_photograph(corruption: str) -> None:
    """Each severity changes the picture more than the one before."""
    label, good = print_label("QR", 7, 30), Conditions(px_per_module=4, roll_degrees=0)

    def take(how: Conditions) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return photograph(label, _PLAIN, how, np.random.default_rng(1)).astype(np.float32)

    plain = take(good)
    changes = [abs(take(corrupt(good, corruption, how)) - plain).mean() for how in SEVERITIES]
    assert 0 < changes[0] < changes[1] < changes[2]


def test_recall_and_false_reads_are_counted() -> None:
    """A right text counts for recall, another SKU is false, and what is no SKU hurts nobody."""
    reads, size_px = Reads(), (2.5, 30.0)
    pixels = np.zeros((4, 4, 3), np.uint8)
    shown = Photograph("QR", "4711", size_px, "blur", "mild", pixels)
    reads.add(shown, ["4711"])
    reads.add(shown, ["4712"])
    reads.add(shown, ["https://shop.example/"])
    reads.add(Photograph("", "", size_px, NONE, NONE, pixels), ["4006381333931"])
    assert reads.recall() == pytest.approx(1 / 3)
    assert reads.recall(kind="QR", severity="mild") == pytest.approx(1 / 3)
    assert reads.recall(kind="EAN-13") is None
    assert (reads.false_texts, reads.false_alarms) == (["4712"], ["4006381333931"])
