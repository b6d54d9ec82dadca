"""Which garment a label names, and that it names no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.capture.code_reader import CodeReader
from device.capture.file_names import FileNames
from device.capture.garment_colours import GarmentColours, measure_colours
from device.capture.garment_label import GarmentLabel
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from tests.support.pictures import make_frame, noise

_BARE, _WORN = 0.0, 0.1
_BACKDROP: UInt8Array = (noise(240, 320) // 8 + 150).astype(np.uint8)


def _frame(second: float, code: str | None = None) -> Frame:
    picture = _BACKDROP.copy()
    if code is not None:
        drawn = np.asarray(cv2.QRCodeEncoder.create().encode(code)).repeat(5, 0).repeat(5, 1)
        drawn = np.pad(drawn, 20, constant_values=255)
        picture[20 : 20 + drawn.shape[0], 60 : 60 + drawn.shape[1]] = drawn[:, :, None]
    return replace(make_frame(picture), monotonic_s=second)


def _colours(lightness: int, tint: int) -> GarmentColours:
    lights, tints = np.zeros((16, 1), np.float32), np.zeros((32, 32), np.float32)
    lights[lightness], tints[tint, tint] = 1, 1
    return GarmentColours(lights, tints)


_RED, _BLUE = _colours(5, 20), _colours(5, 8)


class _Studio:
    """A set on which labels are shown, garments are dressed, and shots are taken."""

    def __init__(self, *, for_session: bool = False) -> None:
        self._now_s = 100.0
        self._worn: GarmentColours | None = None
        self._label = GarmentLabel(
            CodeReader(lasts_s=900), for_session=for_session, garment_share=0.005, bare_s=0.4
        )

    def _watch(self, seconds: float, code: str | None = None) -> None:
        for _ in range(round(seconds / 0.5)):
            self._now_s += 0.5
            share = _BARE if self._worn is None else _WORN
            self._label.watch(_frame(self._now_s, code), share)

    def show(self, code: str) -> None:
        """Hold a label into the picture and take it away."""
        self._watch(1.5, code)
        self._watch(2)

    def dress(self, garment: GarmentColours | None) -> None:
        """Hang a garment up, or leave the set bare."""
        self._worn = garment
        self._watch(2)

    def shoot(self) -> str | None:
        """Take a shot; returns its SKU."""
        tag = self._label.choose_tag(lambda: self._worn)
        self._label.note_shot(_BARE if self._worn is None else _WORN, lambda: self._worn)
        return tag.sku


def test_label_names_one_garment(caplog: pytest.LogCaptureFixture) -> None:
    """Each shot of the garment has its SKU; the next one, after the set was bare, has none."""
    studio = _Studio()
    studio.show("4711")
    studio.dress(_RED)
    assert [studio.shoot(), studio.shoot()] == ["4711", "4711"]
    studio.dress(None)
    studio.dress(_RED)
    assert studio.shoot() is None
    assert "shot without SKU: the label shown last, 4711, named the one before" in caplog.text
    studio.show("4712")
    assert studio.shoot() == "4712"


def test_label_does_not_name_a_garment_in_other_colours() -> None:
    """A garment that replaced another behind somebody's back does not inherit its label."""
    studio = _Studio()
    studio.dress(_RED)
    studio.show("4711")
    assert studio.shoot() == "4711"
    studio.dress(_BLUE)
    assert [studio.shoot(), studio.shoot()] == [None, None]


def test_label_shown_before_its_garment_waits_for_it() -> None:
    """A label scanned while the last garment still hangs there, or before any, is the next's."""
    studio = _Studio()
    studio.show("4711")
    studio.dress(_RED)
    assert studio.shoot() == "4711"
    studio.show("4712")
    studio.dress(None)
    studio.dress(_BLUE)
    assert studio.shoot() == "4712"
    studio.dress(None)
    studio.show("4712")
    studio.dress(_RED)
    assert studio.shoot() == "4712"


def test_shot_of_the_bare_set_uses_no_label_up() -> None:
    """What the trigger `every` shoots before the garment is there costs nothing."""
    studio = _Studio()
    studio.show("4711")
    assert studio.shoot() == "4711"
    studio.dress(None)
    studio.dress(_RED)
    assert studio.shoot() == "4711"


def test_label_of_a_session_goes_on() -> None:
    """Where the settings say so, a label names every garment until another is shown."""
    studio = _Studio(for_session=True)
    studio.show("4711")
    for garment in (_RED, None, _BLUE):
        studio.dress(garment)
        assert studio.shoot() == "4711"


@pytest.fixture(name="pipeline", scope="module")
def _pipeline() -> Pipeline:
    bundle = load_bundle(default_bundle_path())
    return Pipeline(bundle, open_runtime(bundle, "cpu")[0])


def _dye(picture: Any, hue: int) -> Any:
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    hsv[:, :, 0] = hue
    hsv[:, :, 1] = np.maximum(hsv[:, :, 1], 150)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def test_colours_tell_garments_apart_and_not_their_light(
    pipeline: Pipeline, repository: Path
) -> None:
    """The same garment in a little less light is the same; dyed, or washed out, it is another."""
    name = "studio-1000-00009.jpg"
    picture = cv2.imread(str(repository / "calibration_images" / "images" / name))
    assert picture is not None

    def look(pixels: Any) -> GarmentColours:
        frame = make_frame(np.asarray(pixels, np.uint8), colour_order="BGR")
        colours = measure_colours(pipeline.preview(frame, longest_px=640))
        assert colours is not None
        return colours

    garment = look(picture)
    assert garment.is_same(look(cv2.convertScaleAbs(picture, alpha=0.93)))
    assert garment.is_same(look(cv2.flip(picture, 1)))
    red, green, blue = (look(_dye(picture, hue)) for hue in (0, 60, 120))
    assert not red.is_same(green)
    assert not green.is_same(blue)
    assert not red.is_same(blue)


def test_codes_that_break_a_library_end_no_rig(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is held up, the reader goes on."""

    class Broken:
        def decode(self, grey: UInt8Array) -> list[str]:
            raise UnicodeDecodeError("utf-8", b"", 0, 1, str(grey.shape))

    monkeypatch.setattr("device.capture.code_reader.open_decoder", Broken)
    codes = CodeReader(lasts_s=60)
    codes.scan(_frame(1))
    assert codes.tag == UNTAGGED


def test_file_name_without_sku_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    """The first name that somebody wrote in vain is a warning that says how to allow it."""
    names = FileNames("{sku}_{view}")
    assert names.read("IMG_0001") == UNTAGGED
    assert not caplog.messages
    assert names.read("Größe 36") == names.read("Größe 38") == UNTAGGED
    assert names.read("4711_front") == GarmentTag("4711", "front")
    (message,) = caplog.messages
    assert '"Größe 36" gives no SKU' in message
    assert "{sku:any}" in message
    assert FileNames("").read("Größe 36") == UNTAGGED
    assert len(caplog.messages) == 1
