"""A rig's own preview path and trigger, led through a session on a clock of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import cv2
import numpy as np

from benchmarks.people.cast import Figure
from benchmarks.people.sessions import FPS, Session, Shown
from device.capture.trigger import StillTrigger, View
from device.contract.message import Message
from device.imaging.frame import Frame
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.plate.bare_plate import BarePlate
from device.preview.preview_path import PreviewPath
from device.preview.publisher import PreviewPublisher
from device.publishers.publisher import Publisher
from device.settings.preview import PreviewSettings
from device.settings.still import StillSettings
from device.settings.verdict import VerdictSettings
from device.verdict.people_watch import PeopleWatch

_CLOTHES_SHARE = 0.001
"""Of the frame; less of a person's clothes in a mask is its soft edge."""
_START = datetime(2026, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot that a trigger wanted.

    Attributes:
        somebody: somebody was in the picture.
        clothes: their clothes were in its mask.
        finished: the form was dressed and everybody had left.
        person_share: as the rig measured it; None where it did not.
    """

    somebody: bool
    clothes: bool
    finished: bool
    person_share: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a session.

    Attributes:
        kind: of the session.
        plate: whether the set was seen bare before.
        shots: of the trigger that waits for people.
        careless: of one that does not.
        shares: what was measured while somebody stood still.
        clear_shares: and when everybody had left.
    """

    kind: str
    plate: bool
    shots: list[Shot]
    careless: list[Shot]
    shares: list[float]
    clear_shares: list[float]


class _Nowhere:
    """A broker that is never there: nothing is drawn."""

    connected = False

    def publish(self, message: Message, qos: int) -> None:
        """Take nothing."""


def play(session: Session, pipeline: Pipeline, limits: VerdictSettings) -> Outcome:
    """Lead a session's frames through the preview path, to two triggers."""
    settings = PreviewSettings()
    publisher: Publisher = _Nowhere()  # type: ignore[assignment]  # only what previews ask of it
    previews = PreviewPath(
        pipeline,
        BarePlate(limits.garment_share),
        PreviewPublisher(publisher, "preview", settings),
        settings,
        motion_share=StillSettings().motion_share,
        people=PeopleWatch(limits.garment_share),
    )
    triggers = StillTrigger(StillSettings(), limits.shows_somebody), StillTrigger(StillSettings())
    taken: tuple[list[Shot], list[Shot]] = ([], [])
    shares: tuple[list[float], list[float]] = ([], [])
    try:
        for number, shown in enumerate(session.frames):
            now_s = number / FPS
            frame = Frame(
                shown.pixels, "RGB", _START + timedelta(seconds=now_s), now_s, number, "a session"
            )
            small = make_thumbnail(frame)
            previews.show(frame, small, serves_shot=False)
            share = previews.person_share
            view = View(small, now_s, previews.garment_share, person_share=share)
            for trigger, shots in zip(triggers, taken, strict=True):
                if trigger.wants(view):
                    trigger.note_shot(view)
                    shots.append(_judge(shown, previews.newest, share))
            if share is not None and triggers[1].state in ("shooting", "waiting for change"):
                shares[int(shown.finished)].append(share)
    finally:
        previews.close()
    return Outcome(session.kind, session.plate, *taken, *shares)


def _judge(shown: Shown, preview: QuickMask | None, share: float | None) -> Shot:
    figure = shown.figure
    somebody = figure is not None and bool((figure.alpha > 0.5).any())
    clothes = figure is not None and preview is not None and _shows_clothes(figure, preview)
    return Shot(somebody, clothes, shown.finished, share)


def _shows_clothes(figure: Figure, preview: QuickMask) -> bool:
    garment = preview.grid.inside > 0
    worn = cv2.resize(figure.clothes, garment.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    return float(np.mean(garment & worn)) > _CLOTHES_SHARE
