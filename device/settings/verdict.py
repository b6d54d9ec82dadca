"""Settings of the verdict on a shot."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import number, whole


@dataclass(frozen=True, slots=True)
class VerdictSettings:
    """Where a measurement becomes a reason. The defaults were set on data.

    Where there are two thresholds, the first makes a shot ``unsure`` and the second a
    ``retake``.
    """

    garment_share: float = declare(
        number(0, 1), "less of the frame is garment: nothing was found", default=0.002
    )
    edge_touch_share: float = declare(
        number(0, 1),
        "more of one of the frame's edges is garment: the verdict says so, and stays `ok`",
        default=0.01,
    )
    cut_share: float = declare(
        number(0, 1),
        "more of the garment's own width or height leaves the frame at one edge than at the"
        " opposite one, and than in each of the three shots before: it is cut off",
        default=0.2,
    )
    blur_px: float = declare(
        number(0, 1000),
        "edges are wider, at a longer side of 1600 pixels: the shot may be blurred",
        default=3.2,
    )
    blur_retake_px: float = declare(number(0, 1000), "edges are wider: it is blurred", default=4.0)
    motion_share: float = declare(
        number(0, 1), "more of the scene was moving: the shot is moved", default=0.01
    )
    clipped_share: float = declare(
        number(0, 1),
        "more of the garment has a channel at its end: the shot may be over-exposed",
        default=0.1,
    )
    clipped_retake_share: float = declare(
        number(0, 1), "more of the garment has: it is over-exposed", default=0.3
    )
    scene_clipped_share: float = declare(
        number(0, 1),
        "more of the whole frame has, and of the garment more than a hundredth: the shot may be"
        " over-exposed",
        default=0.12,
    )
    colour_clipped_share: float = declare(
        number(0, 1),
        "more of the frame has one channel at its end and another well below, which no white"
        " backdrop has: the shot may be over-exposed",
        default=0.05,
    )
    dark_level: float = declare(
        number(0, 255),
        "the garment's brightest hundredth is darker, of 255: the shot may be under-exposed",
        default=140.0,
    )
    dark_retake_level: float = declare(
        number(0, 255), "it is darker still: the shot is under-exposed", default=102.0
    )
    light_drift_stops: float = declare(
        number(0, 20),
        "the surroundings are so much brighter or darker than in the session: the shot may be"
        " over- or under-exposed",
        default=0.7,
    )
    white_drift: float = declare(
        number(0, 10),
        "the surroundings changed colour by a larger share, in light no brighter or darker than"
        " that: the white balance may have drifted",
        default=0.02,
    )
    faint_share: float = declare(
        number(0, 1),
        "the model is hardly sure of a larger share of the mask: the edge is likely to be wrong"
        " somewhere",
        default=0.06,
    )
    expected_iou: float = declare(
        number(0, 1),
        "a mask like this one is expected to be less right: `edge-unsure`, `islands`, `holes` or"
        " `mask-unsure`; needs a bundle that was fitted for it, with others the limits of the first"
        " three decide alone",
        default=0.95,
    )
    found_iou: float = declare(
        number(0, 1),
        "less is expected of the mask: what was found is no garment; needs a bundle that was"
        " fitted for it",
        default=0.5,
    )
    bare_share: float = declare(
        number(0, 1),
        "a larger share of the mask looks as it did without a garment: the mannequin, or what"
        " stands around it, is in the mask",
        default=0.01,
    )
    person_share: float = declare(
        number(0, 1),
        "more of the frame is a person's skin or hair: somebody is in the picture, and the trigger"
        " `still` waits; 0 to look for nobody, as where garments are worn by models; needs a bundle"
        " with an output for people",
        default=0.004,
    )
    islands: int = declare(
        whole(1, 1000), "the garment has more separate parts: the mask may be wrong", default=2
    )
    holes: int = declare(
        whole(0, 1000), "the garment has more openings: the mask may be wrong", default=1
    )

    def shows_somebody(self, person_share: float | None) -> bool:
        """Say whether so much skin and hair is somebody in the picture.

        Args:
            person_share: of the frame; None where nobody has looked.
        """
        return person_share is not None and 0 < self.person_share < person_share


STANDARD = VerdictSettings()
