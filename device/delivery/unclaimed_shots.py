"""Shots that the broker acknowledged and gave to nobody."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from device.contract.shot_id import order_shots, parse_rig
from device.contract.text import format_count
from device.contract.topics import Topics
from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# A person who starts a subscriber sees pictures soon; a picture that is sent to nobody costs a
# wireless line its time.
SHORTEST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class _Rig:
    """The unclaimed shots of one rig name; a rig that was renamed has shots of two.

    Attributes:
        shot_ids: all of them.
        probe: the one that was let go, to find out; None while none is.
        pause_s: between two probes.
        probed_s: when the latest answer came, on the monotonic clock.
        has_new: whether a shot has come since the latest probe was let go.
    """

    shot_ids: set[str] = field(default_factory=set)
    probe: str | None = None
    pause_s: float = field(default_factory=lambda: SHORTEST_PAUSE_S)
    probed_s: float = 0.0
    has_new: bool = False


class UnclaimedShots:
    """Holds them in the spool until somebody subscribes; for the delivery thread.

    A broker of MQTT 5 says with each picture whether anybody has subscribed to it. The oldest shot
    is the probe: it is sent again after growing pauses, and at once when a new shot comes. When it
    is taken all others follow in their order. Which shots these are is not written down: after a
    restart the first of them finds it out again.
    """

    def __init__(self, spool: Spool, prefix: str, hint: str = "") -> None:
        """Begin with none.

        Args:
            spool: where they stay.
            prefix: first levels of every topic.
            hint: how to start a subscriber here, for people.
        """
        self._spool = spool
        self._prefix = prefix
        self._hint = hint or "start a subscriber"
        self._rigs: dict[str, _Rig] = {}

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(len(rig.shot_ids) for rig in self._rigs.copy().values())

    @property
    def trouble(self) -> str | None:
        """How many there are and what to do, for people; None when there is none."""
        for name, rig in self._rigs.copy().items():
            number = len(rig.shot_ids)
            shots = f"{format_count(number, 'shot')} {'is' if number == 1 else 'are'} unclaimed"
            return f"{shots}: {self._describe(name)}"
        return None

    def put_aside(self, shot_id: str) -> None:
        """Hold a shot that the broker gave to nobody, and those that wait behind the first."""
        name = parse_rig(shot_id)
        rig = self._rigs.get(name)
        if rig is None:
            rig = self._rigs[name] = _Rig()
            # To send a backlog to nobody, shot by shot, would only say the same again.
            rig.shot_ids.update(each for each in self._spool.waiting() if parse_rig(each) == name)
            _LOG.warning("%s; shots stay in the spool until somebody does", self._describe(name))
            self._spool.restart_wait(*rig.shot_ids)
        elif shot_id == rig.probe:
            rig.pause_s = min(LONGEST_PAUSE_S, rig.pause_s * 2)
        rig.shot_ids.add(shot_id)
        rig.probe, rig.probed_s = None, time.monotonic()
        self._spool.restart_wait(shot_id)
        self._spool.hold(*rig.shot_ids)

    def note_claimed(self, shot_id: str) -> None:
        """Let all shots of a rig go when somebody has taken one."""
        name = parse_rig(shot_id)
        rig = self._rigs.pop(name, None)
        if rig is None:
            return
        rig.shot_ids.discard(shot_id)
        # What they have waited until now is no fault of the broker's.
        self._spool.restart_wait(*rig.shot_ids)
        _LOG.info(
            "somebody has subscribed to %s; %s that waited for that follow",
            self._name_topic(name),
            format_count(len(rig.shot_ids), "shot"),
        )
        self._spool.unhold(*rig.shot_ids)

    def forget(self, shot_id: str) -> None:
        """Leave a shot to others: it is delivered, torn, or cannot be sent."""
        name = parse_rig(shot_id)
        rig = self._rigs.get(name)
        if rig is None or shot_id not in rig.shot_ids:
            return
        rig.shot_ids.discard(shot_id)
        rig.probe = None if rig.probe == shot_id else rig.probe
        if not rig.shot_ids:
            del self._rigs[name]

    def release_due(self) -> None:
        """Let the probe of each rig go where it is time, or where a new shot waits."""
        for name, rig in self._rigs.items():
            self._hold_new(name, rig)
            waited_s = time.monotonic() - rig.probed_s
            if rig.probe is not None or waited_s < SHORTEST_PAUSE_S:
                continue
            if waited_s >= rig.pause_s or rig.has_new:
                self._probe(rig)

    def probe_now(self) -> None:
        """Let the probes go whatever the time: it is the last chance of this run."""
        for rig in self._rigs.values():
            if rig.probe is None and time.monotonic() - rig.probed_s >= SHORTEST_PAUSE_S:
                self._probe(rig)

    def _hold_new(self, name: str, rig: _Rig) -> None:
        """Let shots that have come since wait behind the probe: it finds out for them too."""
        new = {each for each in self._spool.waiting() if parse_rig(each) == name} - {rig.probe}
        if new:
            rig.shot_ids.update(new)
            rig.has_new = True
            self._spool.hold(*new)

    def _probe(self, rig: _Rig) -> None:
        rig.probe, rig.has_new = min(rig.shot_ids, key=order_shots), False
        # The oldest before it may have been torn; this one has waited for a subscriber as well.
        self._spool.restart_wait(rig.probe)
        self._spool.unhold(rig.probe)

    def _describe(self, name: str) -> str:
        return f"nobody subscribes to {self._name_topic(name)}: {self._hint}"

    def _name_topic(self, name: str) -> str:
        return Topics(self._prefix, name).cutout("#")
