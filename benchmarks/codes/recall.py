"""Which codes each detector reads, by what was wrong with the photograph."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

import numpy as np

from benchmarks.codes.detectors import ZXING_BOTH, ZXING_TURNED, ZXING_UPRIGHT, Scan
from benchmarks.codes.label import KINDS, print_label
from benchmarks.codes.photograph import (
    CORRUPTIONS,
    SEVERITIES,
    Conditions,
    build_background,
    corrupt,
    photograph,
)
from device.contract.garment_tag import parse_code
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame

NONE = "none"
# Pixels of a 1080p frame: width of a module, and height of a barcode's row of bars.
SIZES_PX = ((1.5, 15), (1.5, 60), (2.5, 30), (2.5, 60), (4.0, 60), (8.0, 160))
_BACKGROUNDS = 8


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph and what can be read in it.

    Attributes:
        kind: of code; empty where the picture has none.
        text: that the code holds.
        size_px: width of a module, and height of a barcode's row of bars.
        corruption: what is wrong with the photograph, or `NONE`.
        severity: how much, or `NONE`.
        pixels: uint8 (1080, 1920, 3), BGR.
    """

    kind: str
    text: str
    size_px: tuple[float, float]
    corruption: str
    severity: str
    pixels: UInt8Array


@dataclass(slots=True)
class Reads:
    """What one detector read.

    Attributes:
        shown: photographs, by kind, corruption, severity and size.
        read: those of them whose code was read.
        false_texts: what was read off a photograph with a code, and is not in it.
        false_alarms: what was read off a photograph without one.
        times_ms: processor time of each scan.
    """

    shown: Counter[tuple[str, str, str, tuple[float, float]]] = field(default_factory=Counter)
    read: Counter[tuple[str, str, str, tuple[float, float]]] = field(default_factory=Counter)
    false_texts: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    def add(self, photo: Photograph, texts: Sequence[str]) -> None:
        """Count what was read off a photograph; only what passes for a SKU can be false."""
        wrong = [text for text in texts if text != photo.text and parse_code(text)]
        if not photo.kind:
            self.false_alarms += wrong
            return
        key = (photo.kind, photo.corruption, photo.severity, photo.size_px)
        self.shown[key] += 1
        self.read[key] += photo.text in texts
        self.false_texts += wrong

    def recall(self, **wanted: str | tuple[float, float]) -> float | None:
        """Return the share that was read of photographs with these properties; None of none.

        Args:
            wanted: any of ``kind``, ``corruption``, ``severity`` and ``size_px``.
        """
        names = ("kind", "corruption", "severity", "size_px")
        keys = [
            key
            for key in self.shown
            if all(wanted.get(name, value) == value for name, value in zip(names, key, strict=True))
        ]
        shown = sum(self.shown[key] for key in keys)
        return sum(self.read[key] for key in keys) / shown if shown else None


def take_photographs(
    pictures: Sequence[UInt8Array], *, repeats: int, without: int, seed: int
) -> Iterator[Photograph]:
    """Photograph labels of every kind and size under every corruption.

    Args:
        pictures: for backgrounds, uint8 (height, width, 3).
        repeats: photographs of each combination.
        without: photographs without a label, for false reads.
        seed: of all that is drawn at random.
    """
    random = np.random.default_rng(seed)
    backgrounds = [
        build_background(pictures, random, enlarged=bool(number % 2))
        for number in range(_BACKGROUNDS)
    ]
    conditions = [
        (NONE, NONE),
        *((what, how_much) for what in CORRUPTIONS for how_much in SEVERITIES),
    ]
    number = 0
    for corruption, severity in conditions:
        for kind in KINDS:
            for size_px in SIZES_PX:
                module_px, height_px = size_px
                how = Conditions(px_per_module=module_px)
                how = how if corruption == NONE else corrupt(how, corruption, severity)
                for _ in range(repeats):
                    number += 1
                    label = print_label(kind, number, height_px / module_px)
                    background = backgrounds[number % _BACKGROUNDS]
                    pixels = photograph(label, background, how, random)
                    yield Photograph(kind, label.text, size_px, corruption, severity, pixels)
    for number in range(without):
        pixels = build_background(pictures, random, enlarged=bool(number % 2))
        yield Photograph("", "", SIZES_PX[0], NONE, NONE, pixels)


def read_all(photographs: Iterable[Photograph], scans: Mapping[str, Scan]) -> dict[str, Reads]:
    """Scan every photograph in every way.

    Args:
        photographs: with and without codes.
        scans: by name; to these `ZXING_BOTH` is added.
    """
    reads = {name: Reads() for name in (*scans, ZXING_BOTH)}
    for photo in photographs:
        texts = {}
        for name, scan in scans.items():
            frame = make_frame(photo.pixels)
            start_s = time.process_time()  # what else the machine does counts for nothing
            texts[name] = scan(frame)
            reads[name].times_ms.append((time.process_time() - start_s) * 1e3)
        texts[ZXING_BOTH] = texts[ZXING_UPRIGHT] + texts[ZXING_TURNED]
        for name, found in texts.items():
            reads[name].add(photo, found)
    for pair in zip(reads[ZXING_UPRIGHT].times_ms, reads[ZXING_TURNED].times_ms, strict=True):
        reads[ZXING_BOTH].times_ms.append(sum(pair) / 2)
    return reads


def make_frame(pixels: UInt8Array) -> Frame:
    """Make the frame that a camera delivers: a new one, for a frame remembers smaller ones."""
    return Frame(pixels, "BGR", datetime.now(timezone.utc), 0.0, 0, "benchmark")
