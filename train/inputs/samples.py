"""Training pictures, augmented: deterministic by seed, epoch and position."""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import Float32Array, Int64Array, UInt8Array
from train.datasets.dataset import Entry, shows_no_garment
from train.inputs.augmentation import colour_randomly, frame_randomly
from train.inputs.body_repainting import repaint_as_mannequin
from train.inputs.pasting import Backdrop, draw_backdrop, measure_mean_colour, paste
from train.inputs.surroundings import join_surroundings
from train.network.architecture import (
    LETTERBOX_FILL,
    Architecture,
)
from train.runs.plan import Source

FORM_HEIGHT_SHARE = 0.25
"""Of a picture's height at least: less is a hanger or a corner of the form, and carries nothing."""
SURROUNDINGS_SHARE = 0.35
"""Of the backdrops, where data sets mark bodies: the place in which somebody was photographed."""
ALONE_SHARE = 0.04
"""Of the pictures that mark a body: seen without it and its garment, so that nothing is found."""


class Samples:
    """Training pictures in random order, augmented.

    Every choice is drawn from (seed, epoch, position), so an epoch that is begun again after a
    crash is the same epoch.
    """

    def __init__(
        self,
        sources: list[Source],
        architecture: Architecture,
        *,
        batch_size: int,
        seed: int,
        paste_share: float = 0.5,
        mannequin_share: float = 0.0,
        kind_repeats: dict[str, int] | None = None,
        cache_bytes: int = 4 << 30,
    ) -> None:
        self._architecture = architecture
        self.batch_size = batch_size
        self._seed = seed
        self._paste_share = paste_share
        self._mannequin_share = mannequin_share
        self._cache_left = cache_bytes
        self._cache: dict[tuple[int, str], tuple[UInt8Array, UInt8Array]] = {}
        self._sources = sources
        self._pool = [
            (number, entry)
            for number, source in enumerate(sources)
            for entry in source.dataset.select("train")
            for _ in range(source.repeats * (kind_repeats or {}).get(entry.kind, 1))
        ]
        self._bare = [
            (number, entry)
            for number, source in enumerate(sources)
            for entry in source.dataset.select("train")
            if shows_no_garment(entry.kind)
        ]
        self._places = [
            (number, entry)
            for number, source in enumerate(sources)
            for entry in source.dataset.select("train")
            if entry.body and not shows_no_garment(entry.kind)
        ]

    def share_cache(self, processes: int) -> None:
        """Keep no more pictures in memory than one of so many processes may."""
        self._cache_left //= processes

    @property
    def pictures(self) -> int:
        """Pictures in an epoch."""
        return len(self._pool)

    @property
    def steps(self) -> int:
        """Batches in an epoch; what is left over of the last is dropped."""
        return max(1, len(self._pool) // self.batch_size)

    def draw_order(self, epoch: int) -> Int64Array:
        """Return which pictures make which batch: int64 (steps, batch)."""
        order = np.random.default_rng((self._seed, epoch)).permutation(len(self._pool))
        order = np.resize(order, self.steps * self.batch_size)
        return order.reshape(self.steps, self.batch_size)

    def make_batch(
        self, epoch: int, step: int, chosen: Int64Array
    ) -> tuple[UInt8Array, Float32Array]:
        """Make one batch.

        Args:
            epoch: from 0.
            step: from 0, in the epoch.
            chosen: a row of `order`.

        Returns:
            Pictures, uint8 (batch, height, width, 3), RGB; targets, float32
            (batch, height / 4, width / 4, 1), the share of garment in each cell.
        """
        pairs = [
            self._make_sample(int(index), np.random.default_rng((self._seed, epoch, step, place)))
            for place, index in enumerate(chosen)
        ]
        return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])

    def _make_sample(
        self, index: int, random: np.random.Generator
    ) -> tuple[UInt8Array, Float32Array]:
        number, entry = self._pool[index]
        picture, mask = self._load(number, entry)
        if self._sources[number].paste and random.random() < self._paste_share:
            backdrop = self._choose_backdrop(measure_mean_colour(picture, mask) / 255, random)
            picture, mask = paste(picture, mask, backdrop, kind=entry.kind, random=random)
        elif entry.body and not shows_no_garment(entry.kind):
            picture, mask = self._change_body(number, entry, picture, mask, random)
        picture, mask, reached = frame_randomly(
            picture, mask, size=self._architecture.input_size, fill=LETTERBOX_FILL, random=random
        )
        picture = colour_randomly(picture, random)
        picture[reached == 0] = LETTERBOX_FILL  # the letterbox is never lit, here or on the rig
        rows, columns = self._architecture.logits_size
        # The mean over each cell is its garment share, the loss's target.
        share = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
        return picture, (share.astype(np.float32) / 255)[..., None]

    def _change_body(
        self,
        number: int,
        entry: Entry,
        picture: UInt8Array,
        mask: UInt8Array,
        random: np.random.Generator,
    ) -> tuple[UInt8Array, UInt8Array]:
        """Leave the body as it is, repaint it, or leave it out with its garment."""
        place = self._find_place(number, entry) if random.random() < ALONE_SHARE else None
        if place is not None:
            return place, np.zeros(place.shape[:2], np.uint8)
        if random.random() < self._mannequin_share:
            return self._repaint_body(number, entry, picture, mask, random)
        return picture, mask

    def _repaint_body(
        self,
        number: int,
        entry: Entry,
        picture: UInt8Array,
        mask: UInt8Array,
        random: np.random.Generator,
    ) -> tuple[UInt8Array, UInt8Array]:
        body = self._sources[number].dataset.read_body(entry)
        if body is None:
            return picture, mask
        size = (picture.shape[1], picture.shape[0])
        body = np.asarray(cv2.resize(body, size, interpolation=cv2.INTER_AREA), np.uint8)
        like = measure_mean_colour(picture, mask) / 255
        backdrop = self._choose_backdrop(like, random).picture if random.random() < 0.65 else None
        return repaint_as_mannequin(picture, mask, body, backdrop, random)

    def _choose_backdrop(self, like: Float32Array, random: np.random.Generator) -> Backdrop:
        if self._places and random.random() < SURROUNDINGS_SHARE:
            place = self._find_place(*self._places[int(random.integers(len(self._places)))])
            if place is not None:
                return Backdrop(place if random.random() < 0.5 else place[:, ::-1], None)
        if not self._bare or random.random() < 0.4:
            return draw_backdrop((448, int(random.integers(300, 500))), random, like)
        number, entry = self._bare[int(random.integers(len(self._bare)))]
        dataset = self._sources[number].dataset
        picture = dataset.read_image(entry)
        body = dataset.read_body(entry)
        return Backdrop(picture, None if body is None else _find_form(body))

    def _find_place(self, number: int, entry: Entry) -> UInt8Array | None:
        """Return what stands around the body of a picture, None where that is not much."""
        body = self._sources[number].dataset.read_body(entry)
        if body is None:
            return None
        picture, mask = self._load(number, entry)
        size = (picture.shape[1], picture.shape[0])
        body = np.asarray(cv2.resize(body, size, interpolation=cv2.INTER_AREA), np.uint8)
        return join_surroundings(picture, np.maximum(mask, body))

    def _load(self, number: int, entry: Entry) -> tuple[UInt8Array, UInt8Array]:
        """Read a picture and its mask, shrunk to what augmentation can use."""
        key = (number, entry.stem)
        if key in self._cache:
            return self._cache[key]
        dataset = self._sources[number].dataset
        picture, mask = dataset.read_image(entry), dataset.read_mask(entry)
        longest = round(1.75 * max(self._architecture.input_size))
        scale = longest / max(picture.shape[:2])
        if scale < 1:
            size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
            mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)
        if self._cache_left >= picture.nbytes + mask.nbytes:
            self._cache_left -= picture.nbytes + mask.nbytes
            self._cache[key] = picture, mask
        return picture, mask


def _find_form(body: UInt8Array) -> tuple[int, int, int, int] | None:
    """Return (left, top, width, height) of the bare form, None where there is none to dress."""
    left, top, width, height = cv2.boundingRect((body >= 128).astype(np.uint8))
    return (left, top, width, height) if height >= FORM_HEIGHT_SHARE * len(body) else None
