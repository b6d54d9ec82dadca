"""When a shot is taken, tested with drawn scenes and a clock made of numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from device.capture.trigger import CommandTrigger, EveryTrigger, StillTrigger, Trigger, View
from device.imaging.thumbnail import measure_change
from device.settings.still import StillSettings
from device.settings.verdict import VerdictSettings

FPS = 15
Thumbnail = npt.NDArray[np.uint8]


def _scene(garment: tuple[int, int, int] | None = None, person_at: int | None = None) -> Thumbnail:
    scene = np.full((48, 64, 3), 215, np.uint8)
    scene[10:44, 30:34] = (120, 90, 70)
    if garment is not None:
        scene[12:34, 24:40] = garment
    if person_at is not None:
        scene[4:, person_at : person_at + 12] = (60, 50, 40)
    return scene


class _Stage:
    """Plays scenes to a trigger and notes when it shoots, and what it says."""

    def __init__(self, trigger: Trigger, *, noise: float = 0, flicker: float = 0) -> None:
        self.shots: list[float] = []
        self.states: list[str] = []
        self._trigger = trigger
        self._noise, self._flicker = noise, flicker
        self._random = np.random.default_rng(7)
        self._now_s = 100.0

    def show(self, scenes: Iterable[Thumbnail], share: float | None) -> int:
        """Show one scene per frame; returns how many shots that made."""
        before = len(self.shots)
        for scene in scenes:
            gain = 1 + self._flicker * self._random.uniform(-1, 1)
            noisy = scene * gain + self._random.normal(0, self._noise, scene.shape)
            view = View(np.clip(noisy, 0, 255).astype(np.uint8), self._now_s, share)
            if self._trigger.wants(view):
                self._trigger.note_shot(view)
                self.shots.append(self._now_s)
            self.states.append(self._trigger.state)
            self._now_s += 1 / FPS
        return len(self.shots) - before

    def rest(self, scene: Thumbnail, seconds: float, share: float | None = 0.1) -> int:
        """Show the same scene for a while."""
        return self.show([scene] * round(seconds * FPS), share)

    def change(self, before: Thumbnail) -> int:
        """A person walks through and works at the mannequin."""
        return self.show([_with_person(before, at) for at in range(0, 52, 4)], 0.1)


def _with_person(scene: Thumbnail, at: int) -> Thumbnail:
    walked = scene.copy()
    walked[4:, at : at + 12] = (60, 50, 40)
    return walked


RED, BLUE = _scene((200, 30, 30)), _scene((30, 30, 200))
# The same brightness in grey, another colour.
RED_60, GREEN_60 = _scene((200, 0, 0)), _scene((0, 102, 0))


def test_one_shot_per_garment() -> None:
    """Each garment is shot once, however long it hangs there."""
    stage = _Stage(StillTrigger(StillSettings()))
    assert stage.rest(RED, 10) == 1
    assert stage.change(RED) == 0
    assert stage.rest(BLUE, 10) == 1


def test_shot_comes_when_the_scene_has_settled() -> None:
    """The shot is taken after the settling time, not before and not much later."""
    stage = _Stage(StillTrigger(StillSettings(settle_s=0.8)))
    stage.rest(RED, 3)
    assert 0.8 <= stage.shots[0] - 100.0 <= 0.8 + 2 / FPS


def test_noise_and_flicker_are_not_movement() -> None:
    """A noisy camera under flickering lamps still settles, and still shoots once."""
    stage = _Stage(StillTrigger(StillSettings()), noise=3, flicker=0.08)
    assert stage.rest(RED, 10) == 1
    assert stage.change(RED) == 0
    assert stage.rest(BLUE, 10) == 1


def test_empty_set_is_not_shot() -> None:
    """A bare form or an empty set rests as long as it likes without a shot."""
    stage = _Stage(StillTrigger(StillSettings()))
    assert stage.rest(_scene(), 5, share=0.0) == 0
    assert stage.rest(_scene(), 5, share=None) == 0
    assert stage.rest(RED, 3) == 1


def test_movement_is_not_shot() -> None:
    """While something moves, even slowly, no shot is taken."""
    stage = _Stage(StillTrigger(StillSettings()))
    moving = [np.roll(RED, step // 6, axis=1) for step in range(FPS * 8)]
    assert stage.show(moving, 0.1) == 0


def test_passer_by_does_not_shoot_the_same_garment_again() -> None:
    """Somebody walks through; the garment that was shot is not shot again."""
    stage = _Stage(StillTrigger(StillSettings()))
    stage.rest(RED, 3)
    assert stage.change(RED) == 0
    assert stage.rest(RED, 5) == 0


def test_twin_garment_is_shot_when_the_form_was_bare_in_between() -> None:
    """Two garments that look the same make two shots, because the form was seen bare."""
    stage = _Stage(StillTrigger(StillSettings()))
    stage.rest(RED, 3)
    stage.change(RED)
    stage.rest(_scene(), 2, share=0.0)
    stage.change(_scene())
    assert stage.rest(RED, 3) == 1


def test_same_brightness_in_another_colour_is_another_garment() -> None:
    """Red for green of the same grey is seen: the comparison is in colour."""
    stage = _Stage(StillTrigger(StillSettings()))
    stage.rest(RED_60, 3)
    stage.change(RED_60)
    assert stage.rest(GREEN_60, 3) == 1


def test_daylight_that_fades_does_not_shoot_again() -> None:
    """An afternoon's fading light is no new garment."""
    stage = _Stage(StillTrigger(StillSettings()))
    stage.rest(RED, 3)
    fading = [(RED * (1 - 0.6 * step / 900)).astype(np.uint8) for step in range(900)]
    assert stage.show(fading, 0.1) == 0


def test_command_shot_counts_as_the_garments_shot() -> None:
    """A garment shot on command before it had settled is not shot once more."""
    trigger = StillTrigger(StillSettings())
    trigger.note_shot(View(RED, 100.0, 0.1))
    assert _Stage(trigger).rest(RED, 5) == 0


def test_refused_shot_is_asked_for_again() -> None:
    """A shot that the disk did not take is wanted again at the next frame."""
    trigger = StillTrigger(StillSettings(settle_s=0.5))
    wanted = [trigger.wants(View(RED, 100 + step / FPS, 0.1)) for step in range(20)]
    assert wanted[-3:] == [True, True, True]


def test_every_photo_of_a_folder_is_shot() -> None:
    """Photos do not come again: each is shot, also when two look the same or come quickly."""
    for trigger in (StillTrigger(StillSettings()), EveryTrigger(60)):
        for step in range(3):
            view = View(RED, 100 + step / 100, None, is_photo=True)
            assert trigger.wants(view)
            trigger.note_shot(view)


def test_every_and_command_do_as_they_are_called() -> None:
    """`every` takes each frame, or one per interval; `command` takes none on its own."""
    assert _Stage(EveryTrigger()).rest(RED, 2) == 2 * FPS
    assert _Stage(EveryTrigger(0.5)).rest(RED, 2) in {4, 5}
    assert _Stage(CommandTrigger()).rest(RED, 2) == 0


def test_changed_share_measures_area() -> None:
    """The share of changed cells is the area that changed, whatever the common brightness."""
    assert measure_change(RED, RED) == 0
    assert abs(measure_change(_scene(), RED) - 22 * 16 / (48 * 64)) < 0.01
    assert measure_change(RED, (RED * 0.9).astype(np.uint8)) < 0.002
    assert measure_change(RED, RED[:, :, 0]) == 1.0


def test_trigger_says_why_there_is_no_shot() -> None:
    """From frame to frame it says what it waits for, in the order in which a garment is dressed."""
    stage = _Stage(StillTrigger(StillSettings(settle_s=0.8)))
    stage.rest(_scene(), 2, share=None)
    stage.rest(_scene(), 2, share=0.0)
    stage.change(_scene())
    stage.rest(RED, 2)
    seen = list(dict.fromkeys(state.partition(" 0.")[0] for state in stage.states))
    assert seen == [
        *("moving", "starting", "empty set"),
        *("settling", "shooting", "waiting for change"),
    ]
    left = [float(state.split()[1]) for state in stage.states if state.startswith("settling")]
    assert left == sorted(left, reverse=True)
    assert 0 < left[-1] < left[0] <= 0.6


def test_other_triggers_say_what_they_wait_for() -> None:
    """`every` counts down, `command` waits for one."""
    stage = _Stage(EveryTrigger(0.5))
    stage.rest(RED, 1)
    assert {"shooting", "waiting 0.4 s"} <= set(stage.states)
    assert CommandTrigger().state == "waiting for a command"


class _Waiting:
    """Plays one scene to a trigger that looks for people."""

    def __init__(self, **settings: float) -> None:
        limits = VerdictSettings(person_share=0.004)
        self._trigger = StillTrigger(StillSettings(**settings), limits.shows_somebody)
        self._now_s = 100.0

    def rest(self, scene: Thumbnail, seconds: float, person_share: float | None) -> list[str]:
        """Show it for a while; returns each state that it said, once."""
        states = []
        for _ in range(round(seconds * FPS)):
            view = View(scene, self._now_s, 0.1, person_share=person_share)
            if self._trigger.wants(view):
                self._trigger.note_shot(view)
            states.append(self._trigger.state)
            self._now_s += 1 / FPS
        return [kind for kind in dict.fromkeys(states) if not kind.startswith("settling")]


def test_nobody_is_shot_who_stands_in_the_picture() -> None:
    """While somebody stands still beside the form nothing is shot; when they have left, it is."""
    stage = _Waiting()
    assert stage.rest(_with_person(RED, 4), 4, 0.03) == ["moving", "somebody in the picture"]
    assert stage.rest(RED, 2, 0.0) == ["moving", "shooting", "waiting for change"]
    assert stage.rest(_with_person(RED, 4), 4, 0.03) == ["moving", "somebody in the picture"]
    assert stage.rest(RED, 2, 0.0) == ["moving", "waiting for change"]


def test_a_form_with_a_face_is_shot_after_a_while() -> None:
    """What looks like a person and never moves at all is shot when the wait is over."""
    waited = ["moving", "somebody in the picture", "shooting", "waiting for change"]
    assert _Waiting(person_wait_s=3).rest(RED, 5, 0.03) == waited
    assert _Waiting(person_wait_s=3).rest(RED, 3.5, 0.03) == waited[:2]


def test_a_bundle_that_sees_nobody_holds_nothing_up() -> None:
    """Without an output for people the trigger shoots as it always did."""
    assert _Waiting().rest(RED, 2, None) == ["moving", "shooting", "waiting for change"]
