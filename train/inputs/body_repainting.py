"""Mannequin and background replacement: a dressed person becomes a dressed form on a set.

Photos of people with pixel labels are plenty, photos of mannequins with pixel labels are not.
Skin and hair are repainted as plastic, wood or cloth with the light that fell on them, the head
and the limbs may go, and the place may change: the garment stays as it was photographed.
"""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.inputs.pasting import measure_mean_colour
from train.network.letterbox import resize

MATERIALS = (  # RGB of common mannequins, 0 to 1, with how often each is met
    ((0.93, 0.93, 0.92), 0.30),  # white gloss
    ((0.62, 0.62, 0.62), 0.15),  # grey
    ((0.10, 0.10, 0.10), 0.13),  # black
    ((0.84, 0.70, 0.58), 0.17),  # skin-toned plastic
    ((0.85, 0.79, 0.68), 0.15),  # linen
    ((0.55, 0.38, 0.24), 0.05),  # wood
    ((0.45, 0.45, 0.50), 0.05),  # any colour: drawn again below
)
ANY_COLOUR = len(MATERIALS) - 1
LIKE_GARMENT_SHARE = 0.15
"""Of the forms, in about the garment's own colour: a dark form in a dark jacket."""


def _soften(mask: UInt8Array, sigma_px: float) -> Float32Array:
    """Smooth a rough outline and leave an edge of about two pixels, 0 to 1."""
    blurred = cv2.GaussianBlur(mask, (0, 0), sigma_px).astype(np.float32) / 255
    return np.asarray(np.clip((blurred - 0.5) * (1.2 * sigma_px) + 0.5, 0, 1), np.float32)


def _choose_material(like: Float32Array, random: np.random.Generator) -> Float32Array:
    """Choose the RGB of a form, 0 to 1; now and then that of the garment that it wears."""
    if random.random() < LIKE_GARMENT_SHARE:
        return np.asarray(like * np.exp(random.normal(0, 0.12, 3)), "f4")
    shares = np.array([share for _, share in MATERIALS])
    chosen = int(random.choice(len(MATERIALS), p=shares / shares.sum()))
    colour = (
        np.array(MATERIALS[chosen][0]) if chosen != ANY_COLOUR else random.uniform(0.05, 0.95, 3)
    )
    return np.asarray(colour * np.exp(random.normal(0, 0.08, 3) + random.normal(0, 0.08)), "f4")


def _paint(
    picture: Float32Array, body: Float32Array, like: Float32Array, random: np.random.Generator
) -> Float32Array:
    """Give the body one material; the coarse light on it stays, its texture goes."""
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    sigma_px = max(1.5, max(light.shape) / float(random.uniform(60, 160)))
    weight = cv2.GaussianBlur(body, (0, 0), sigma_px)
    smooth = cv2.GaussianBlur(light * body, (0, 0), sigma_px) / np.maximum(weight, 1e-3)
    mean = float((smooth * body).sum() / max(1.0, float(body.sum())))
    shade = np.clip(smooth / max(mean, 0.02), 0.4, 1.8) ** np.float32(random.uniform(0.4, 1.1))
    if random.random() < 0.3:  # a woven cover
        weave = random.standard_normal(light.shape, dtype=np.float32)
        shade = shade * (1 + np.float32(random.uniform(0.01, 0.06)) * weave)
    return np.asarray(_choose_material(like, random) * shade[..., None], np.float32)


def _remove_head(body: Float32Array, garment: Float32Array) -> Float32Array:
    """Drop what is above the garment: the head, or with long hair the upper part of it."""
    per_row = (garment > 0.5).sum(axis=1)
    rows = np.flatnonzero(per_row > 0.15 * per_row.max())
    top = int(rows[0]) if len(rows) else 0
    kept = body.copy()
    kept[:top] = 0
    return kept


def repaint_as_mannequin(
    picture: UInt8Array,
    mask: UInt8Array,
    body: UInt8Array,
    backdrop: UInt8Array | None,
    random: np.random.Generator,
) -> tuple[UInt8Array, UInt8Array]:
    """Repaint the body that wears the garment, and perhaps change where it stands.

    Args:
        picture: uint8 (height, width, 3), RGB.
        mask: uint8 (height, width), its garment.
        body: uint8 (height, width), its skin, hair or mannequin.
        backdrop: uint8 (any size, 3) to put behind, or None: the photo's own place stays.
        random: source of every choice.

    Returns:
        Picture and mask of the same size.
    """
    light = picture.astype(np.float32) / 255
    skin = _soften(body, 1.0)
    like = measure_mean_colour(light, mask)
    if backdrop is None:
        painted = _paint(light, skin, like, random)
        mixed = light + (painted - light) * skin[..., None]
        return (np.clip(mixed, 0, 1) * 255 + 0.5).astype(np.uint8), mask
    # The outline becomes the new picture's edge, so it must not show the label's corners.
    garment = _soften(mask, float(random.uniform(1.5, 2.5)))
    skin = np.minimum(skin, 1 - garment)
    style = random.random()
    if style < 0.25:
        skin[:] = 0  # hangs free, as on an invisible form
    elif style < 0.7:
        skin = _remove_head(skin, garment)
    if random.random() < 0.8:
        painted = _paint(light, np.maximum(skin, 1e-4), like, random)
        light = light + (painted - light) * (skin / np.maximum(skin + garment, 1e-3))[..., None]
    height, width = mask.shape
    ground = resize(backdrop, width, height).astype(np.float32) / 255
    figure = np.minimum(garment + skin, 1)
    if random.random() < 0.6:
        cast = cv2.GaussianBlur(figure, (0, 0), float(random.uniform(3, 14)))
        shift = np.array([[1, 0, random.normal(0, 6)], [0, 1, random.normal(0, 3)]])
        shadow = cv2.warpAffine(cast, shift, (width, height))
        ground = ground * (1 - np.float32(random.uniform(0.1, 0.5)) * shadow[..., None])
    mixed = ground + (light - ground) * figure[..., None]
    return (np.clip(mixed, 0, 1) * 255 + 0.5).astype(np.uint8), (garment * 255 + 0.5).astype("u1")
