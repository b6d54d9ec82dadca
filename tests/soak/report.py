"""What a soak has shown: shots lost by rig or broker, shots doubled, and memory."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.markdown.page import format_table
from tests.soak.studio import RIG, Life, Studio

# mosquitto's own words for a message that a rig sent, and for its acknowledgement.
_RECEIVED = re.compile(
    rf"Received PUBLISH from selvedge-{RIG} \(d\d, q1, r\d, m(\d+), 'selvedge/{RIG}/(\S+)',"
)
_ACKNOWLEDGED = re.compile(rf"Sending PUBACK to selvedge-{RIG} \(m(\d+), rc0\)")
# A start loads and warms up; then memory is averaged over some shots at a time, so that the
# residuals of the straight line are nearly independent.
_WARM_UP_S = 60.0
_BIN_S = 15.0


@dataclass(frozen=True)
class Slope:
    """A straight line through the memory of one life of the daemon.

    Attributes:
        mb_per_min: its slope by least squares.
        standard_error: of the slope.
        minutes: how long the life was, its warming up left out.
    """

    mb_per_min: float
    standard_error: float
    minutes: float


@dataclass(frozen=True)
class Report:
    """The figures that are printed.

    Attributes:
        minutes: how long photos came in.
        photos: how many came in.
        acknowledged: shots of which the broker acknowledged both halves, by its own log.
        delivered: photos in the subscriber's catalogue.
        waiting: shots that are still in the spool.
        lost: photos of which no shot was acknowledged, and none waits: lost by the rig.
        lost_by_broker: photos whose shot was acknowledged and never reached the subscriber.
        duplicated: photos with two shots after de-duplication by id.
        sent_again: pictures and announcements that the broker received more than once.
        faults: how often each thing went wrong.
        slope: of the longest life.
        peak_mb: the most memory that any life had resident.
        first_preview_s: of each life whose first preview was seen.
        exit_code: of the last daemon.
    """

    minutes: float
    photos: int
    acknowledged: int
    delivered: int
    waiting: int
    lost: tuple[str, ...]
    lost_by_broker: tuple[str, ...]
    duplicated: tuple[str, ...]
    sent_again: int
    faults: Mapping[str, int]
    slope: Slope | None
    peak_mb: float
    first_preview_s: tuple[float, ...]
    exit_code: int

    @property
    def passed(self) -> bool:
        """Whether the rig lost nothing and doubled nothing, and the soak ran to its end."""
        failed = self.lost or self.duplicated or self.waiting or self.exit_code
        return not (failed or "the soak itself" in self.faults)

    def json(self) -> str:
        """Return everything as one object."""
        return json.dumps({**asdict(self), "passed": self.passed})

    def table(self) -> str:
        """Return everything as a Markdown table."""
        previews = sorted(self.first_preview_s)
        faults = ", ".join(f"{name} {times}" for name, times in self.faults.items())
        return format_table(
            ["figure", "value"],
            [
                ["minutes of photos", f"{self.minutes:.1f}"],
                ["faults", faults],
                ["photos", str(self.photos)],
                ["shots acknowledged by the broker", str(self.acknowledged)],
                ["shots delivered to the subscriber", str(self.delivered)],
                ["shots left in the spool", str(self.waiting)],
                ["lost by the rig", str(len(self.lost))],
                ["acknowledged and lost by the broker", str(len(self.lost_by_broker))],
                ["duplicated after de-duplication by id", str(len(self.duplicated))],
                ["messages sent again", str(self.sent_again)],
                ["most memory", f"{self.peak_mb:.0f} MB"],
                ["memory of the longest life", self._format_slope()],
                ["first preview after a start", f"{previews[0]:.1f} to {previews[-1]:.1f} s"]
                if previews
                else ["first preview after a start", "none"],
            ],
        )

    def _format_slope(self) -> str:
        slope = self.slope
        if slope is None:
            return "too short a life for a slope"
        return (
            f"slope {slope.mb_per_min:+.3f} ± {slope.standard_error:.3f} MB/min (standard"
            f" error) over {slope.minutes:.1f} min without a restart"
        )

    def text(self) -> str:
        """Return everything for people."""
        previews = sorted(self.first_preview_s)
        return "\n".join(
            [
                f"faults: {', '.join(f'{name} {times}' for name, times in self.faults.items())}",
                (
                    f"photos {self.photos} in {self.minutes:.1f} min, acknowledged"
                    f" {self.acknowledged}, delivered {self.delivered}, waiting {self.waiting}"
                ),
                (
                    f"lost by the rig {len(self.lost)} {self.lost[:9]}; acknowledged and lost by"
                    f" the broker {len(self.lost_by_broker)} {self.lost_by_broker[:9]}"
                ),
                (
                    f"duplicated {len(self.duplicated)} {self.duplicated[:9]}; messages sent again"
                    f" {self.sent_again}; the daemon's last exit code {self.exit_code}"
                ),
                f"memory at most {self.peak_mb:.0f} MB, {self._format_slope()}",
                f"first preview after a start: {', '.join(f'{one:.1f}' for one in previews)} s",
            ]
        )


def report(studio: Studio, minutes: float, exit_code: int) -> Report:
    """Draw up the report after the studio's end."""
    sent = acknowledgements(studio.broker.log)
    acknowledged = {
        shot.partition("/")[2]
        for shot in sent
        if shot.startswith("shot/") and f"cutout/{shot.partition('/')[2]}" in sent
    }
    catalogue = studio.catalogue()
    arrived = Counter(catalogue.values())
    missing = set(studio.dropped) - set(arrived)
    # Of what the broker lost only the id is known, and ids have no stem: only the count is known.
    gone = sorted(acknowledged - set(catalogue))
    by_broker, by_rig = sorted(missing)[: len(gone)], sorted(missing)[len(gone) :]
    return Report(
        minutes=round(minutes, 2),
        photos=len(studio.dropped),
        acknowledged=len(acknowledged),
        delivered=len(arrived),
        waiting=len(studio.waiting()),
        lost=tuple(by_rig),
        lost_by_broker=tuple(by_broker),
        duplicated=tuple(sorted(name for name, times in arrived.items() if times > 1)),
        sent_again=sum(times - 1 for times in sent.values()),
        faults=dict(studio.faults),
        slope=slope(max(studio.lives, key=lambda life: len(life.rss))),
        peak_mb=round(max(life.peak_bytes for life in studio.lives) / 1e6, 1),
        first_preview_s=tuple(
            round(life.first_preview_s, 2)
            for life in studio.lives
            if life.first_preview_s is not None
        ),
        exit_code=exit_code,
    )


def acknowledgements(log: str) -> Counter[str]:
    """Count how often a broker has acknowledged each message of the rig, by its topic's tail."""
    found: Counter[str] = Counter()
    flying: dict[str, str] = {}
    for line in log.splitlines():
        if received := _RECEIVED.search(line):
            flying[received.group(1)] = received.group(2)
        elif acknowledged := _ACKNOWLEDGED.search(line):
            found[flying.pop(acknowledged.group(1), "?")] += 1
    return Counter({tail: times for tail, times in found.items() if tail[:2] in ("cu", "sh")})


def slope(life: Life) -> Slope | None:
    """Fit the slope of a life's memory; None when it was too short to have one."""
    bins: dict[int, list[int]] = {}
    for at_s, rss_bytes in life.rss:
        lived_s = at_s - life.started_s
        if lived_s >= _WARM_UP_S:
            bins.setdefault(int(lived_s // _BIN_S), []).append(rss_bytes)
    return _line(sorted(bins), [float(np.mean(bins[key])) / 1e6 for key in sorted(bins)])


def _line(keys: Sequence[int], megabytes: Sequence[float]) -> Slope | None:
    if len(keys) < 4:
        return None
    minutes = np.array(keys, np.float64) * (_BIN_S / 60)
    centred = minutes - minutes.mean()
    spread = float((centred**2).sum())
    per_min = float((centred * np.array(megabytes)).sum()) / spread
    rest = np.array(megabytes) - np.mean(megabytes) - per_min * centred
    error = math.sqrt(float((rest**2).sum()) / (len(keys) - 2) / spread)
    return Slope(round(per_min, 4), round(error, 4), round(float(minutes[-1] - minutes[0]), 2))
