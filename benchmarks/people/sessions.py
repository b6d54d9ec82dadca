"""Sessions of a rig: a form is dressed while somebody stands in the picture, or nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng
from benchmarks.people.cast import (
    Figure,
    cut_hand,
    cut_person,
    draw_stool,
    paste,
    place_figure,
)
from device.imaging.arrays import UInt8Array

BEFORE, BESIDE, EDGE, HANDS = "before the form", "beside it", "at the frame's edge", "hands only"
STOOL, NOBODY = "a stool left behind", "nobody stays"
KINDS = (BEFORE, BESIDE, EDGE, HANDS, STOOL, NOBODY)
FPS = 5
"""As many as there are previews."""
_BARE_S, _WALK_S, _STAND_S, _REST_S = 1.4, 0.6, 4.0, 2.0
_NOISE_LEVELS = 2.0
_NOISES = 8
"""Drawing noise takes longer than the model does: so many fields come in turn."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame of a session.

    Attributes:
        pixels: uint8, shape (height, width, 3), RGB.
        figure: who stands or walks in it, at its size; None for nobody.
        finished: the form is dressed and everybody has left.
    """

    pixels: UInt8Array
    figure: Figure | None
    finished: bool


@dataclass(frozen=True, slots=True)
class Session:
    """What a camera sees.

    Attributes:
        kind: of `KINDS`.
        plate: whether the set was seen bare before.
        frames: at `FPS`.
    """

    kind: str
    plate: bool
    frames: Iterator[Shown]


def make_sessions(
    sets: Sequence[LabelledPicture], photos: Sequence[LabelledPicture], rng: Rng
) -> Iterator[Session]:
    """Make a session of each kind with each set, every other one with the bare set first.

    Args:
        sets: dressed forms, with the undressed set each.
        photos: of people.
        rng: who comes, where they stand, the camera's noise.
    """
    people = [figure for figure in map(cut_person, photos) if figure is not None]
    hands = [figure for figure in map(cut_hand, photos) if figure is not None]
    for number, stage in enumerate(sets):
        for order, kind in enumerate(KINDS):
            plate = stage.undressed is not None and (number + order) % 2 == 0
            figure = _choose(people, rng)
            placed = _place(kind, stage, _choose(hands, rng) if kind == HANDS else figure, rng)
            height, width = placed.alpha.shape
            walker = place_figure(figure, (height, width), *_stand(BEFORE, stage, rng))
            yield Session(kind, plate, _film(kind, stage, (placed, walker), rng, plate=plate))


def _choose(figures: Sequence[Figure], rng: Rng) -> Figure:
    return figures[int(rng.integers(len(figures)))]


def _place(kind: str, stage: LabelledPicture, figure: Figure, rng: Rng) -> Figure:
    size = (stage.pixels.shape[0], stage.pixels.shape[1])
    chosen = draw_stool(rng) if kind == STOOL else figure
    height_px, centre_px = _stand(kind, stage, rng)
    if kind == HANDS:
        # An arm that hangs down is turned, to reach in from a side.
        left = rng.random() < 0.5
        chosen = _turn(chosen, 1 if left else -1)
        wide = float(rng.uniform(0.3, 0.5)) * size[1]
        inside = 0.46 * wide
        centre_px = (inside if left else size[1] - inside, centre_px[1])
        height_px = wide * chosen.alpha.shape[0] / chosen.alpha.shape[1]
    if kind == EDGE:
        # A third of the person is inside.
        wide = height_px * chosen.alpha.shape[1] / chosen.alpha.shape[0]
        inside = float(rng.uniform(0.25, 0.45)) * wide
        left = rng.random() < 0.5
        x = inside - wide / 2 if left else size[1] - inside + wide / 2
        centre_px = (x, centre_px[1])
    return place_figure(chosen, size, height_px, centre_px)


def _turn(figure: Figure, quarters: int) -> Figure:
    return Figure(
        np.asarray(np.rot90(figure.pixels, quarters), np.uint8).copy(),
        np.asarray(np.rot90(figure.alpha, quarters), np.float32).copy(),
        np.asarray(np.rot90(figure.clothes, quarters), np.float32).copy(),
    )


def _stand(kind: str, stage: LabelledPicture, rng: Rng) -> tuple[float, tuple[float, float]]:
    """Return height and middle of somebody of a kind."""
    height, width = stage.pixels.shape[:2]
    side = -1 if rng.random() < 0.5 else 1
    if kind == HANDS:
        tall = float(rng.uniform(0.12, 0.25)) * height
        x = width / 2 + side * float(rng.uniform(0.12, 0.3)) * width
        return tall, (x, float(rng.uniform(0.35, 0.7)) * height)
    if kind == STOOL:
        x = width / 2 + side * float(rng.uniform(0.3, 0.42)) * width
        return float(rng.uniform(0.2, 0.3)) * height, (x, 0.82 * height)
    tall = float(rng.uniform(0.7, 1.05)) * height
    reach = {BEFORE: (0.0, 0.16), BESIDE: (0.28, 0.42)}.get(kind, (0.0, 0.3))
    x = width / 2 + side * float(rng.uniform(*reach)) * width
    return tall, (x, max(0.5, float(rng.uniform(0.5, 0.65))) * height)


def _film(
    kind: str,
    stage: LabelledPicture,
    figures: tuple[Figure, Figure],
    rng: Rng,
    *,
    plate: bool,
) -> Iterator[Shown]:
    placed, walker = figures
    size = (_NOISES, *stage.pixels.shape)
    noises = cycle(rng.normal(0, _NOISE_LEVELS, size).astype(np.float32))

    def show(picture: UInt8Array, figure: Figure | None, *, finished: bool = False) -> Shown:
        seen = paste(figure, picture) + next(noises)
        return Shown(np.clip(np.round(seen), 0, 255).astype(np.uint8), figure, finished)

    dressed, bare = stage.pixels, stage.undressed
    if plate and bare is not None:
        for _ in range(round(_BARE_S * FPS)):
            yield show(bare, None)
    comes = walker if kind in (NOBODY, STOOL) else placed
    before = bare if bare is not None else dressed
    for step in _walk():
        yield show(before, _shift(comes, 1 - step))
    if kind not in (NOBODY, STOOL):
        for _ in range(round(_STAND_S * FPS)):
            yield show(dressed, placed)
    for step in _walk():
        yield show(dressed, _shift(comes, step))
    left_behind = paste(placed, dressed) if kind == STOOL else dressed
    for _ in range(round(_REST_S * FPS)):
        yield show(left_behind, None, finished=True)


def _walk() -> list[float]:
    count = round(_WALK_S * FPS)
    return [number / count for number in range(count)]


def _shift(figure: Figure, share: float) -> Figure:
    """Move a figure to the right by a share of the picture's width."""
    by = round(share * figure.alpha.shape[1])
    if by == 0:
        return figure
    away = Figure(
        np.zeros_like(figure.pixels), np.zeros_like(figure.alpha), np.zeros_like(figure.clothes)
    )
    away.pixels[:, by:] = figure.pixels[:, :-by]
    away.alpha[:, by:] = figure.alpha[:, :-by]
    away.clothes[:, by:] = figure.clothes[:, :-by]
    return away
