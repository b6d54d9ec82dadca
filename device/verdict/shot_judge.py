"""Whether a camera's shot is good, beside the shots before it and the set with nothing worn."""

from __future__ import annotations

from device.pipeline.cutout import Cutout
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.settings.verdict import STANDARD, VerdictSettings
from device.verdict.framing import FramingHistory
from device.verdict.light_drift import LightHistory
from device.verdict.light_sample import sample_light
from device.verdict.measurements import measure
from device.verdict.people_watch import PeopleWatch
from device.verdict.verdict import Verdict, judge


class ShotJudge:
    """Remembers light and framing of the latest shots. Belongs to the shooting thread."""

    def __init__(
        self,
        plate: BarePlate,
        limits: VerdictSettings = STANDARD,
        people: PeopleWatch | None = None,
    ) -> None:
        """Start without any shot.

        Args:
            plate: how the set looks when nothing is worn.
            limits: from where on a measurement is a reason.
            people: what it measured of the latest previews; None where nobody is looked for.
        """
        self._plate = plate
        self._limits = limits
        self._people = people
        self._lights = LightHistory()
        self._framings = FramingHistory()

    def judge(self, cutout: Cutout, scene: StillScene | None) -> Verdict:
        """Judge a shot.

        Args:
            cutout: the shot.
            scene: the one that it was taken of; None for a photo of a folder, which may come from
                anywhere and is compared with nothing.
        """
        sample = sample_light(cutout)
        if scene is None:
            return judge(measure(cutout, sample=sample), self._limits)
        white, stops = self._limits.white_drift, self._limits.light_drift_stops
        measurements = measure(
            cutout,
            motion_share=scene.moved_share,
            drift=self._lights.measure_drift(cutout, white, stops, sample),
            sample=sample,
            bare_share=self._plate.measure_share(cutout, scene),
            framing=self._framings.measure(cutout.mask),
            person_share=self._find_person_share(scene),
        )
        return judge(measurements, self._limits)

    def _find_person_share(self, scene: StillScene) -> float | None:
        """Return the scene's, or the latest preview's where a command came in between."""
        if scene.person_share is not None or self._people is None:
            return scene.person_share
        return self._people.person_share
