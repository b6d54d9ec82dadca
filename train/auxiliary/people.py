"""Pictures with people and without, as the head that finds people is to see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import BoolArray, UInt8Array
from train.datasets.dataset import Dataset, take_evenly

_SIZES = (0.35, 1.15)
"""Of a person's height, beside the frame's: some stand behind the form, some before it."""
_CROPS = (0.35, 0.8)
"""Of a picture's sides: a photographer may be cut off by the frame anywhere."""


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and where a person's skin and hair is in it.

    Attributes:
        picture: uint8 (height, width, 3), RGB.
        skin: uint8 (height, width), 255 on skin and hair.
    """

    picture: UInt8Array
    skin: UInt8Array


def make_examples(
    people: Sequence[Dataset],
    sets: Sequence[Dataset],
    *,
    split: str,
    limit: int | None,
    seed: int,
) -> Iterator[Example]:
    """Make pictures with people and without.

    Each photo of people comes as it is, as a part of it, and as the person alone, pasted into a
    picture of a set; each picture of a set comes as it is and as a part of it, without a person:
    whatever looks like skin there is a form's.

    Args:
        people: their ``body`` is skin and hair.
        sets: nobody is in them.
        split: ``train`` or ``val``, of both.
        limit: at most so many pictures of each data set.
        seed: of what is drawn by chance.
    """
    stages = [
        (dataset, entry) for dataset in sets for entry in take_evenly(dataset.select(split), limit)
    ]
    for number, (dataset, entry) in enumerate(stages):
        random = np.random.default_rng([seed, 1, number])
        picture = dataset.read_image(entry)
        nobody = Example(picture, np.zeros(picture.shape[:2], np.uint8))
        yield nobody
        yield _crop(nobody, random)
    for dataset in people:
        for number, entry in enumerate(take_evenly(dataset.select(split), limit)):
            random = np.random.default_rng([seed, 2, number])
            skin = dataset.read_body(entry)
            if skin is None:
                continue
            photo = Example(dataset.read_image(entry), skin)
            yield photo
            yield _crop(photo, random)
            if stages:
                stage, beside = stages[int(random.integers(len(stages)))]
                person = (dataset.read_mask(entry) >= 128) | (skin >= 128)
                yield _paste(photo, person, stage.read_image(beside), random)


def _crop(example: Example, random: np.random.Generator) -> Example:
    height, width = example.skin.shape
    tall, wide = (int(side * random.uniform(*_CROPS)) for side in (height, width))
    top, left = int(random.integers(height - tall + 1)), int(random.integers(width - wide + 1))
    part = slice(top, top + tall), slice(left, left + wide)
    return Example(example.picture[part], example.skin[part])


def _paste(
    photo: Example, person: BoolArray, stage: UInt8Array, random: np.random.Generator
) -> Example:
    """Paste a person into a set; some are cut off by its frame."""
    height, width = stage.shape[:2]
    found = cv2.morphologyEx(person.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    left, top, wide, tall = cv2.boundingRect(found)
    nobody = Example(stage, np.zeros((height, width), np.uint8))
    if wide * tall == 0:
        return nobody
    part = slice(top, top + tall), slice(left, left + wide)
    scale = float(random.uniform(*_SIZES)) * height / tall
    size = max(1, round(wide * scale)), max(1, round(tall * scale))
    # At least a fifth of the person stays in the frame.
    x = int(random.uniform(-0.8 * size[0], width - 0.2 * size[0]))
    y = int(random.uniform(-0.3 * size[1], height - 0.4 * size[1]))
    shift = np.array([[scale, 0, x], [0, scale, y]])
    alpha, skin, picture = (
        cv2.warpAffine(np.ascontiguousarray(each[part]), shift, (width, height))
        for each in (found * np.uint8(255), photo.skin, photo.picture)
    )
    share = cv2.GaussianBlur(alpha, (3, 3), 0)[:, :, None].astype(np.float32) / 255
    mixed = np.round(picture * share + stage * (1 - share)).astype(np.uint8)
    return Example(mixed, np.asarray(cv2.min(skin, alpha), np.uint8))
