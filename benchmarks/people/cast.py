"""People cut out of street photos, hands alone, and a stool, to be put into pictures of sets."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng
from device.imaging.arrays import Float32Array, UInt8Array

_LOWER = 0.35
"""Hands and forearms hang below this share of a person's height; above it is the face."""
_LEAST_HAND = 0.002
"""Of the person's box: less is a stray label."""
_SLEEVE = 0.5
"""So much around a hand, of the hand's size, comes along."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something with an outline.

    Attributes:
        pixels: uint8, shape (height, width, 3), RGB.
        alpha: float32, shape (height, width), 0 to 1.
        clothes: float32, same shape, what of it is clothing.
    """

    pixels: UInt8Array
    alpha: Float32Array
    clothes: Float32Array


def cut_person(photo: LabelledPicture) -> Figure | None:
    """Cut the person out of a street photo: clothes, skin and hair; None without skin."""
    if photo.body is None or not photo.body.any():
        return None
    person = ((photo.garment >= 0.5) | photo.body).astype(np.uint8)
    person = np.asarray(cv2.morphologyEx(person, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)))
    return _trim(photo.pixels, person, photo.garment)


def cut_hand(photo: LabelledPicture) -> Figure | None:
    """Cut the largest bare hand, arm or leg out, with what is around it of the person."""
    person = cut_person(photo)
    if person is None or photo.body is None:
        return None
    height, width = photo.body.shape
    skin = photo.body.astype(np.uint8)
    rows = np.flatnonzero(skin.any(axis=1))
    skin[: int(rows[0] + _LOWER * (rows[-1] - rows[0]))] = 0
    count, _, boxes, _ = cv2.connectedComponentsWithStats(skin)
    if count < 2:
        return None
    left, top, wide, tall, area = (int(each) for each in boxes[1 + np.argmax(boxes[1:, 4])])
    if area < _LEAST_HAND * person.alpha.size:
        return None
    around_x, around_y = int(_SLEEVE * wide), int(_SLEEVE * tall)
    part = (
        slice(max(0, top - around_y), min(height, top + tall + around_y)),
        slice(max(0, left - around_x), min(width, left + wide + around_x)),
    )
    whole = ((photo.garment >= 0.5) | photo.body).astype(np.uint8)
    return _trim(photo.pixels[part], whole[part], photo.garment[part])


def draw_stool(rng: Rng) -> Figure:
    """Draw a stool: a seat on three legs, in the colour of some wood or paint."""
    picture, alpha = np.zeros((200, 140, 3), np.uint8), np.zeros((200, 140), np.uint8)
    red, green, blue = (float(each) for each in rng.uniform(30, 220, 3))
    light, dark = (red, green, blue), (0.7 * red, 0.7 * green, 0.7 * blue)
    for foot in (18, 70, 122):
        top = (70 + (foot - 70) // 2, 24)
        cv2.line(alpha, top, (foot, 196), (255,), 9, cv2.LINE_AA)
        cv2.line(picture, top, (foot, 196), dark, 11, cv2.LINE_AA)
    cv2.ellipse(alpha, (70, 24), (66, 20), 0, 0, 360, (255,), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (70, 24), (68, 22), 0, 0, 360, light, -1, cv2.LINE_AA)
    return Figure(picture, alpha.astype(np.float32) / 255, np.zeros(alpha.shape, np.float32))


def place_figure(
    figure: Figure, size: tuple[int, int], height_px: float, centre_px: tuple[float, float]
) -> Figure:
    """Put a figure on an empty picture.

    Args:
        figure: what is put there.
        size: height and width of the picture.
        height_px: how tall the figure becomes.
        centre_px: its middle, from the left and from the top; parts may lie outside.

    Returns:
        The figure, at the picture's size.
    """
    height, width = figure.alpha.shape
    scale = height_px / height
    at = (centre_px[0] - scale * width / 2, centre_px[1] - scale * height / 2)
    step = np.array([[scale, 0, at[0]], [0, scale, at[1]]])
    moved = (
        cv2.warpAffine(each, step, size[::-1])
        for each in (figure.pixels, figure.alpha, figure.clothes)
    )
    pixels, alpha, clothes = moved
    return Figure(
        np.asarray(pixels, np.uint8),
        np.asarray(alpha, np.float32),
        np.asarray(clothes, np.float32),
    )


def paste(figure: Figure | None, picture: UInt8Array) -> UInt8Array:
    """Return the picture with a figure of its size in front of it."""
    if figure is None:
        return picture
    share = cv2.GaussianBlur(figure.alpha, (3, 3), 0)[:, :, None]
    mixed = figure.pixels * share + picture * (1 - share)
    return np.asarray(np.round(mixed), np.uint8)


def _trim(pixels: UInt8Array, person: UInt8Array, garment: Float32Array) -> Figure:
    left, top, wide, tall = cv2.boundingRect(person)
    part = slice(top, top + tall), slice(left, left + wide)
    alpha = person[part].astype(np.float32)
    return Figure(pixels[part].copy(), alpha, np.asarray(garment[part] * alpha, np.float32))
