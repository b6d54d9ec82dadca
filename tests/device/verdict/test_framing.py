"""What the verdict says of a garment that meets the frame's edge."""

from __future__ import annotations

import numpy as np
import pytest

from device.imaging.arrays import UInt8Array
from device.imaging.mask import Mask, make_mask
from device.verdict.framing import FramingHistory, measure_framing
from device.verdict.measurements import measure
from device.verdict.verdict import Verdict, judge
from tests.support.pictures import make_cutout, make_frame, noise

HEIGHT_PX, WIDTH_PX = 200, 160


def _draw(*parts: tuple[slice, slice]) -> UInt8Array:
    alpha = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    for part in parts:
        alpha[part] = 255
    return alpha


WHOLE = _draw((slice(40, 160), slice(40, 120)))
LEFT_SLEEVE, RIGHT_SLEEVE = (slice(60, 76), slice(40)), (slice(60, 76), slice(120, WIDTH_PX))
BODY = (slice(40, 160), slice(40, 120))


def _judge(alpha: UInt8Array) -> Verdict:
    return judge(measure(make_cutout(make_frame(noise(HEIGHT_PX, WIDTH_PX)), alpha)))


@pytest.mark.parametrize(
    ("name", "alpha", "state", "reasons"),
    [
        ("whole", WHOLE, "ok", ()),
        ("a sleeve touches", _draw(BODY, LEFT_SLEEVE), "ok", ("touches-edge",)),
        ("both sleeves touch", _draw(BODY, LEFT_SLEEVE, RIGHT_SLEEVE), "ok", ("touches-edge",)),
        ("a close-up", _draw((slice(0, HEIGHT_PX), slice(30, 130))), "ok", ("touches-edge",)),
        ("no hem", _draw((slice(80, HEIGHT_PX), slice(40, 120))), "unsure", ("touches-edge",)),
        ("no shoulders", _draw((slice(0, 120), slice(40, 120))), "unsure", ("touches-edge",)),
        (
            "no right half",
            _draw((slice(40, 160), slice(100, WIDTH_PX))),
            "unsure",
            ("touches-edge",),
        ),
    ],
)
def test_a_garment_that_slipped_out_is_unsure_and_one_that_fills_the_frame_is_not(
    name: str, alpha: UInt8Array, state: str, reasons: tuple[str, ...]
) -> None:
    """What touches is said each time; what leaves at one side alone is a fault."""
    verdict = _judge(alpha)
    assert (verdict.state, verdict.reasons) == (state, reasons), name


def test_a_reason_that_leaves_a_shot_ok_does_not_hide_in_others() -> None:
    """The note is in what is printed and published, with its advice, beside the state."""
    verdict = _judge(_draw(BODY, LEFT_SLEEVE))
    assert str(verdict).startswith("ok (touches-edge: move the camera back")
    assert verdict.summarise()["reasons"] == ["touches-edge"]


def _mask(hem_px: int) -> Mask:
    """A garment whose hem leaves at the bottom, so many pixels wide."""
    left = (WIDTH_PX - hem_px) // 2
    return make_mask(_draw((slice(80, 120), slice(30, 130)), (slice(120, 200), _span(left))))


def _span(left: int) -> slice:
    return slice(left, WIDTH_PX - left)


def test_how_a_session_is_framed_is_meant() -> None:
    """The fourth shot that is cut like three before it is not cut; more than they were is."""
    history = FramingHistory()
    first = [history.measure(_mask(60)) for _ in range(4)]
    assert [each.cut_share for each in first] == [pytest.approx(0.6)] * 3 + [0]
    assert {each.edge_touch_share for each in first} == {60 / WIDTH_PX}
    assert history.measure(_mask(100)).cut_share == pytest.approx(0.4)
    side = make_mask(np.ascontiguousarray(np.rot90(_draw((slice(60, 200), slice(30, 130))))))
    assert history.measure(side).cut_share == pytest.approx(1)


def test_a_whole_garment_among_cut_ones_ends_what_was_meant() -> None:
    """After a shot that is framed whole, a cut one is cut; an empty shot changes nothing."""
    history = FramingHistory()
    for _ in range(3):
        history.measure(_mask(60))
    empty = make_mask(np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8))
    assert history.measure(empty).cut_share == 0
    assert history.measure(_mask(60)).cut_share == 0
    history.measure(make_mask(WHOLE))
    assert history.measure(_mask(60)).cut_share == pytest.approx(0.6)
    assert measure_framing(make_mask(WHOLE)).edge_touch_share == 0
