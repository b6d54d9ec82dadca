"""From logits to a mask that is fit to be seen."""

from __future__ import annotations

import numpy as np

from device.imaging.mask import make_mask
from device.segmentation.alpha_ramp import measure_edge_logit, ramp_alpha
from device.segmentation.specks import drop_specks


def test_specks_go_and_small_garments_stay() -> None:
    """One stray cell beside a coat is dropped; a sock of a dozen cells is kept."""
    cells = np.full((64, 64), -3, np.float32)
    cells[10:50, 20:40] = 3
    cells[55:58, 44:48] = 3
    cells[2, 2] = 3
    cleaned = drop_specks(cells)
    assert cleaned[2, 2] < 0
    assert (cleaned[55:58, 44:48] > 0).all()
    assert (cleaned[10:50, 20:40] > 0).all()


def test_an_empty_picture_stays_empty() -> None:
    """Without garment there is neither speck nor edge nor box."""
    cells = np.full((64, 64), -3, np.float32)
    np.testing.assert_array_equal(drop_specks(cells), cells)
    mask = make_mask(ramp_alpha(cells, measure_edge_logit(cells)))
    assert mask.bbox is None
    assert mask.garment_share == 0
    assert mask.alpha.max() == 0


def test_alpha_is_half_where_the_logit_is_zero() -> None:
    """Garment by the logits (above 0) is garment by the alpha (128 and more)."""
    alpha = ramp_alpha(np.array([[-9, -0.5, -0.02, 0.02, 0.5, 9]], np.float32), 1.0)
    assert alpha[0, 0] == 0
    assert alpha[0, 5] == 255
    assert (alpha[0, :3] < 128).all()
    assert (alpha[0, 3:] >= 128).all()


def test_the_ramp_is_one_cell_wide_whatever_the_models_temper() -> None:
    """An edge that rises by 0.8 or by 2.4 a cell goes from 0 to 255 within one cell."""
    for rise in (0.8, 2.4):
        cells = np.tile((np.arange(64, dtype=np.float32) - 31.5) * rise, (64, 1))
        full = measure_edge_logit(cells)
        between_cells = np.linspace(-rise / 2, rise / 2, 101, dtype=np.float32)[None]
        alpha = ramp_alpha(between_cells, full)
        assert alpha[0, 0] == 0
        assert alpha[0, -1] == 255
        assert np.ptp(alpha[0, 25:76]) > 100


def test_a_mask_knows_its_box_and_share() -> None:
    """Box and share count the pixels that are at least half garment."""
    alpha = np.zeros((100, 200), np.uint8)
    alpha[20:70, 30:130] = 255
    alpha[10:20, 30:130] = 127
    mask = make_mask(alpha)
    assert mask.bbox == (30, 20, 100, 50)
    assert mask.garment_share == 0.25
