"""Mannequin replacement: the body changes, the garment on it stays as it was photographed."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from train.inputs.body_repainting import repaint_as_mannequin

UInt8Array = npt.NDArray[np.uint8]
SKIN = (205, 150, 125)


def _person() -> tuple[UInt8Array, UInt8Array, UInt8Array]:
    """A blue shirt between a head and two legs, in front of a green wall."""
    random = np.random.default_rng(3)
    picture = np.full((360, 240, 3), (40, 120, 50), np.uint8)
    body = np.zeros((360, 240), np.uint8)
    mask = np.zeros((360, 240), np.uint8)
    cv2.circle(body, (120, 60), 30, (255,), cv2.FILLED)
    cv2.rectangle(body, (85, 220), (155, 340), (255,), cv2.FILLED)
    cv2.rectangle(mask, (70, 90), (170, 230), (255,), cv2.FILLED)
    body[mask > 0] = 0
    picture[body > 0] = SKIN
    picture[mask > 0] = (30, 40, 180)
    noise = random.integers(-12, 12, picture.shape)
    return np.clip(picture.astype(int) + noise, 0, 255).astype(np.uint8), mask, body


def _inside(mask: UInt8Array) -> npt.NDArray[np.bool_]:
    return np.asarray(cv2.erode(mask, np.ones((13, 13), np.uint8)) > 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_garment_keeps_its_pixels(seed: int) -> None:
    """Fabric is the one thing here that is real: not a pixel inside it changes."""
    picture, mask, body = _person()
    for backdrop in (None, np.full((90, 60, 3), 235, np.uint8)):
        made, made_mask = repaint_as_mannequin(
            picture, mask, body, backdrop, np.random.default_rng(seed)
        )
        inside = _inside(mask)
        # One step of rounding: the picture went to 0..1 and back.
        assert np.abs(made[inside].astype(int) - picture[inside]).max() <= 1
        assert (made_mask[inside] == 255).all()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_not_the_shirt_is_never_garment(seed: int) -> None:
    """Neither the repainted body nor the new backdrop is labelled garment."""
    picture, mask, body = _person()
    backdrop = np.full((90, 60, 3), 235, np.uint8)
    _, made_mask = repaint_as_mannequin(picture, mask, body, backdrop, np.random.default_rng(seed))
    outside = cv2.dilate(mask, np.ones((13, 13), np.uint8)) == 0
    assert (made_mask[outside] < 128).all()


def test_skin_loses_its_texture_in_place() -> None:
    """Without another backdrop only skin and hair change, and they become one smooth material."""
    picture, mask, body = _person()
    made, made_mask = repaint_as_mannequin(picture, mask, body, None, np.random.default_rng(11))
    assert (made_mask == mask).all()
    elsewhere = cv2.dilate(np.maximum(body, mask), np.ones((9, 9), np.uint8)) == 0
    assert np.abs(made[elsewhere].astype(int) - picture[elsewhere]).max() <= 1
    skin = _inside(body)
    assert made[skin].std(axis=0).max() < 0.5 * picture[skin].std(axis=0).max()


def test_heads_and_limbs_come_and_go() -> None:
    """Over many draws some forms have a head and legs, some no head, some nothing at all."""
    picture, mask, body = _person()
    backdrop = np.full((90, 60, 3), 235, np.uint8)
    seen = set()
    for seed in range(24):
        made, _ = repaint_as_mannequin(picture, mask, body, backdrop, np.random.default_rng(seed))
        # The backdrop may lie in shadow, yet its three colours stay equal along a row.
        paper = made[5, 5].astype(int)
        head, legs = made[60, 120].astype(int), made[300, 120].astype(int)
        seen.add((bool(np.abs(head - paper).max() > 20), bool(np.abs(legs - paper).max() > 20)))
    assert len(seen) >= 3


def test_the_same_seed_makes_the_same_mannequin() -> None:
    """A resumed epoch sees what it would have seen."""
    picture, mask, body = _person()
    backdrop = np.full((90, 60, 3), 235, np.uint8)
    first, second = (
        repaint_as_mannequin(picture, mask, body, backdrop, np.random.default_rng(4))
        for _ in range(2)
    )
    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()


def test_now_and_then_the_form_has_the_garments_colour() -> None:
    """A dark form in a dark jacket is met in training, where only its shape tells it apart."""
    picture, mask, body = _person()
    inside = _inside(body)
    cloth = picture[_inside(mask)].mean(axis=0)
    forms = [
        repaint_as_mannequin(picture, mask, body, None, np.random.default_rng(seed))[0][
            inside
        ].mean(axis=0)
        for seed in range(60)
    ]
    hues = [form / form.sum() - cloth / cloth.sum() for form in forms]
    alike = sum(float(np.abs(hue).max()) < 0.15 for hue in hues)
    assert 3 <= alike <= 20
