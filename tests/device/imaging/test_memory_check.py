"""Pictures that would not fit into memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from device.encoding.cutout_file import encode_cutout
from device.errors import UsageError
from device.imaging.mask import make_mask
from device.imaging.photo import read_photo
from device.pipeline.cutout import Cutout
from device.settings.output import OutputSettings
from tests.support.pictures import make_cutout, make_frame, noise

FREE = "device.imaging.memory_check.measure_free_memory"


def test_a_photo_that_does_not_fit_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel would end the process, and the next start would meet the same photo."""
    path = tmp_path / "large.jpg"
    Image.effect_noise((3000, 2500), 60).convert("RGB").save(path)
    monkeypatch.setattr(FREE, lambda: 60_000_000)
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(UsageError, match=r"large\.jpg has 3000×2500 pixels.*75 MB.*60 MB are free"):
        read_photo(path)


def test_small_photos_ask_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rig itself runs, a small photo fits."""
    Image.fromarray(noise(40, 40)).save(tmp_path / "a.png")
    monkeypatch.setattr(FREE, lambda: pytest.fail("nothing to measure"))
    assert read_photo(tmp_path / "a.png").width_px == 40


def _cutout() -> Cutout:
    frame = make_frame(noise(40, 40))
    return make_cutout(frame, make_mask(noise(40, 40)[:, :, 0]).alpha)


def test_a_canvas_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small photo on the largest canvas is a large picture too."""
    monkeypatch.setattr(FREE, lambda: 500_000_000)
    settings = OutputSettings(canvas_width_px=16384, canvas_height_px=16384)
    with pytest.raises(UsageError, match=r"500 MB are free"):
        encode_cutout(_cutout(), settings=settings)
    assert encode_cutout(_cutout(), settings=OutputSettings(crop=True))
