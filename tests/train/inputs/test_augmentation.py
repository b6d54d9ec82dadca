"""Augmentation: pictures and masks move together, and the same seed moves them the same way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from train.inputs.augmentation import colour_randomly, frame_randomly
from train.inputs.body_repainting import repaint_as_mannequin
from train.inputs.pasting import Backdrop, draw_backdrop, paste

FILL = (127, 127, 127)


def _red_garment(height: int = 400, width: int = 300) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """A picture whose garment is exactly its red."""
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (140, 220), (70, 120), 20, 0, 360, (255,), cv2.FILLED)
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[mask > 0] = (255, 0, 0)
    return picture, mask


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("scale", [1, 6])
def test_the_mask_follows_the_picture(seed: int, scale: int) -> None:
    """However a picture is framed, its mask still covers the garment, and only it."""
    picture, mask = (a.repeat(scale, axis=0).repeat(scale, axis=1) for a in _red_garment())
    framed, framed_mask, _ = frame_randomly(
        picture, mask, size=(128, 128), fill=FILL, random=np.random.default_rng(seed)
    )
    red = framed[..., 0].astype(int) - framed[..., 1] > 128
    ours = framed_mask > 127
    assert (red & ours).sum() / max(1, (red | ours).sum()) > 0.96


def test_parts_of_a_garment_are_shown_close_and_whole_of_picture() -> None:
    """Some pictures are close-ups of a part, as the device's looks at parts are: no fill in them.

    In those the garment reaches the rim, and the picture fills the input.
    """
    picture, mask = (a.repeat(4, axis=0).repeat(4, axis=1) for a in _red_garment())
    close = 0
    for seed in range(60):
        _, framed, reached = frame_randomly(
            picture, mask, size=(128, 96), fill=FILL, random=np.random.default_rng(seed)
        )
        rim = np.concatenate([framed[0], framed[-1], framed[:, 0], framed[:, -1]]) > 127
        close += bool(rim.mean() > 0.15 and (reached > 0).mean() > 0.97)
    assert close > 10


def test_outside_the_picture_is_letterbox_and_no_garment() -> None:
    """What the picture does not reach has the letterbox's colour and is not garment."""
    white = np.full((300, 100, 3), 255, np.uint8)
    mask = np.full((300, 100), 255, np.uint8)
    framed, framed_mask, reached = frame_randomly(
        white, mask, size=(128, 128), fill=FILL, random=np.random.default_rng(5)
    )
    assert (reached == 0).any()
    outside = cv2.erode((reached == 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (framed[outside] == FILL).all()
    assert (framed_mask[outside] == 0).all()


def test_the_same_seed_gives_the_same_picture() -> None:
    """Augmentation is reproduced by its seed, to the last bit."""
    picture, _ = _red_garment()
    first, second, other = (
        colour_randomly(picture, np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_a_fine_check_shrinks_to_its_mean() -> None:
    """A pasted garment's weave finer than the new pixels becomes grey, and no moiré."""
    rows, columns = np.indices((400, 400))
    check = np.where((rows + columns) % 2, 255, 0).astype(np.uint8)
    garment = np.repeat(check[..., None], 3, axis=2)
    backdrop = Backdrop(np.full((100, 100, 3), 127, np.uint8), None)
    mask = np.full((400, 400), 255, np.uint8)
    for seed in range(8):
        random = np.random.default_rng(seed)
        pasted, pasted_mask = paste(garment, mask, backdrop, kind="shirt", random=random)
        inside = cv2.erode(pasted_mask, np.ones((5, 5), np.uint8)) > 250
        assert pasted[inside].std() < 0.03 * pasted[inside].mean()


def test_a_backdrop_larger_than_the_picture_shrinks_to_its_mean() -> None:
    """Behind a repainted body fine paper becomes an even tint, and no moiré."""
    rows, columns = np.indices((300, 300))
    paper = np.repeat(np.where((rows + columns) % 2, 255, 0).astype(np.uint8)[..., None], 3, axis=2)
    picture, mask = _red_garment(100, 100)
    mask[:] = 0
    mask[70:, 40:60] = 255
    nobody = np.zeros_like(mask)
    repainted, _ = repaint_as_mannequin(picture, mask, nobody, paper, np.random.default_rng(3))
    assert repainted[:40].std() < 0.03 * repainted[:40].mean()


@pytest.mark.parametrize("kind", ["Pants", "T-Shirt"])
def test_a_pasted_garment_keeps_its_fabric_and_leaves_its_background(kind: str) -> None:
    """Cut and paste carries the garment over, none of the floor it lay on."""
    picture, mask = _red_garment()
    picture[mask == 0] = (0, 255, 0)
    form = Backdrop(np.full((448, 336, 3), 128, np.uint8), (100, 60, 140, 300))
    pasted, pasted_mask = paste(picture, mask, form, kind=kind, random=np.random.default_rng(2))
    assert (pasted_mask > 127).any()
    green = pasted[..., 1].astype(int) - np.maximum(pasted[..., 0], pasted[..., 2])
    assert green.max() < 60, "a rim of the old background came along"
    inside = cv2.erode(pasted_mask, np.ones((5, 5), np.uint8)) > 250
    assert (pasted[inside][:, 0] > 150).all()


def test_trousers_hang_lower_on_the_form_than_shirts() -> None:
    """Where a garment goes on a bare form depends on what it is."""
    picture, mask = _red_garment()
    form = Backdrop(np.full((448, 336, 3), 128, np.uint8), (100, 60, 140, 300))

    def top(kind: str) -> float:
        rows = []
        for seed in range(8):
            _, pasted = paste(picture, mask, form, kind=kind, random=np.random.default_rng(seed))
            rows.append(np.flatnonzero((pasted > 127).any(axis=1))[0])
        return float(np.mean(rows))

    assert top("Pants") > top("T-Shirt") + 30


def test_a_drawn_backdrop_is_empty_paper() -> None:
    """A drawn backdrop has the size asked for, no form, and no hard pattern."""
    backdrop = draw_backdrop((200, 150), np.random.default_rng(1))
    assert backdrop.picture.shape == (200, 150, 3)
    assert backdrop.form_bbox is None
    steps = np.abs(np.diff(backdrop.picture.astype(int), axis=1))
    assert np.percentile(steps, 99) < 25


def test_now_and_then_the_paper_has_the_garments_colour() -> None:
    """A white shirt is also pasted before white paper, where colour alone finds no edge."""
    red = np.array([0.8, 0.05, 0.05], np.float32)
    means = np.array(
        [
            draw_backdrop((40, 30), np.random.default_rng(seed), red).picture.mean((0, 1)) / 255
            for seed in range(60)
        ]
    )
    alike = (means[:, 0] > 0.4) & (means[:, 1:].max(axis=1) < 0.12)
    assert 3 <= alike.sum() <= 20


def test_now_and_then_the_backdrop_has_a_pattern() -> None:
    """A carpet or a striped curtain is met behind garments, not only paper."""
    lively = []
    for seed in range(60):
        picture = draw_backdrop((240, 180), np.random.default_rng(seed)).picture
        assert picture.shape == (240, 180, 3)
        blurred = cv2.GaussianBlur(picture, (0, 0), 12)
        lively.append(float(cv2.absdiff(picture, blurred).mean()))
    assert 8 <= sum(contrast > 8 for contrast in lively) <= 35
