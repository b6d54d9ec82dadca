"""What the page shows: written by the rig's threads, read by the page's."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from device.contract.shot_id import format_time
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.page.bell import Bell
from device.page.pictures import SHOT_PX, encode_pair, shrink_cutout
from device.page.places import Box, find_places, to_shares
from device.page.shot_cards import describe_announced, describe_shot
from device.pipeline.cutout import Cutout
from device.preview.screen import RigView
from device.shots.shot import Shot

_LOG = logging.getLogger(__name__)
# A browser asks for the next picture as soon as it has one.
_WATCHED_S = 3.0
# Some 100 kB each.
_MOST_SHOTS = 24
# Each holds a small frame and mask. The pictures of more shots at once are left out.
_MOST_DRAWING = 6


@dataclass(frozen=True, slots=True)
class LivePicture:
    """The newest preview.

    Attributes:
        number: counts up from 1.
        jpeg: frame above mask, see `device.page.pictures.encode_pair`.
        captured_at: of the frame, UTC.
        shown_s: when it was encoded, on the monotonic clock.
    """

    number: int
    jpeg: bytes
    captured_at: datetime
    shown_s: float


class Display:
    """Keeps the newest picture, the last shots, and the rig's state; a `Screen`.

    Memory is bounded, and no viewer has any of it: each asks for what is newest when it can take
    it.

    Attributes:
        bell: rings for a new picture and a new state.
    """

    def __init__(
        self,
        read_more: Callable[[], dict[str, Any]] | None = None,
        read_picture: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """Show nothing yet.

        Args:
            read_more: what else the state says, asked in the page's thread; None for nothing.
            read_picture: reads the small picture of a shot that was taken before, frame above
                mask, on a thread of its own; None for no such shots.
        """
        self._read_picture = read_picture or (lambda _: None)
        self.bell = Bell()
        self._read_more = read_more or dict
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="page-shots")
        # Large pictures take long to read: neither new shots nor orders wait for them.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="page-pictures")
        self._reading: dict[str, Future[bytes | None]] = {}
        self._drawing = 0
        self._live: LivePicture | None = None
        self._watched_s = float("-inf")
        self._version = 1
        self._rig = RigView()
        self._trouble_since: datetime | None = None
        self._shots: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._pictures: dict[str, bytes] = {}
        self._retakes: list[str] = []  # Not answered yet, the oldest first.

    # The rig's threads.

    @property
    def is_watched(self) -> bool:
        """Whether a browser has asked for a picture lately."""
        return time.monotonic() - self._watched_s < _WATCHED_S

    def show_preview(self, cutout: Cutout) -> None:
        """Encode a preview for all viewers."""
        frame, alpha = shrink_cutout(cutout, SHOT_PX)
        jpeg = encode_pair(frame, alpha)
        number = 1 if self._live is None else self._live.number + 1
        self._live = LivePicture(number, jpeg, cutout.frame.seen_at, time.monotonic())
        self.bell.ring()

    def show_shot(self, shot: Shot) -> None:
        """Note a shot, and have its small picture encoded."""
        try:
            self._note(describe_shot(shot))
            self._start_drawing(shot)
        except Exception:  # noqa: BLE001 - the page never costs a shot
            _LOG.exception("a shot was not shown on the page")

    def note_taken(self, announcement: Mapping[str, Any], review: str | None = None) -> None:
        """Note a shot that was taken before, or corrected; its picture is read when asked for.

        Args:
            announcement: its ``shot.json``.
            review: what a person has decided about it, if somebody has.
        """
        try:
            shot = describe_announced(announcement)
        except (KeyError, TypeError):  # Of another version, or damaged.
            return
        self._note({**shot, "review": review})
        if review is not None:
            self.note_review(shot["id"], review)

    def show_rig(self, view: RigView) -> None:
        """Take over the rig's state."""
        before = self._rig
        if view == before:
            return
        if view.camera_trouble is None:
            self._trouble_since = None
        elif before.camera_trouble is None:
            self._trouble_since = datetime.now(timezone.utc)
        self._rig = view
        self.note_change()

    def note_review(self, shot_id: str, state: str) -> None:
        """Take over what a person has decided about a shot: a retake is answered by either."""
        with self._lock:
            if shot_id in self._shots:
                self._shots[shot_id] = {**self._shots[shot_id], "review": state}
            if shot_id in self._retakes:
                self._retakes.remove(shot_id)
        self.note_change()

    def close(self) -> None:
        """End the threads. Safe to call twice."""
        self._worker.shutdown(cancel_futures=True)
        self._reader.shutdown(cancel_futures=True)

    # The page's thread.

    def note_change(self) -> None:
        """Have every browser read the state anew. Any thread."""
        with self._lock:
            self._version += 1
        self.bell.ring()

    async def wait_for_live(self, after: int, timeout_s: float) -> LivePicture | None:
        """Return the newest picture as soon as it is another than ``after``; None in time."""
        end_s = time.monotonic() + timeout_s
        while True:
            self._watched_s = now_s = time.monotonic()
            live = self._live
            if live is not None and live.number != after:
                return live
            if now_s >= end_s:
                return None
            await self.bell.wait(min(1.0, end_s - now_s))

    async def wait_for_state(self, after: int, timeout_s: float) -> dict[str, Any]:
        """Return the state as soon as its version is another than ``after``, or in time."""
        end_s = time.monotonic() + timeout_s
        more = self._read_more()
        while self._version == after and (left_s := end_s - time.monotonic()) > 0:
            # What others select over MQTT rings no bell.
            await self.bell.wait(min(1.0, left_s))
            if self._read_more() != more:
                break
        return self.describe()

    def describe(self) -> dict[str, Any]:
        """Return the state as the page's script reads it."""
        rig, since, live = self._rig, self._trouble_since, self._live
        with self._lock:
            shots = [
                {**shot, "has_picture": shot["on_disk"] or shot_id in self._pictures}
                for shot_id, shot in reversed(self._shots.items())
            ]
            version, retakes = self._version, list(self._retakes)
        return {
            "version": version,
            "waits_for": rig.waits_for,
            "camera_trouble": rig.camera_trouble,
            "trouble_since": None if since is None else format_time(since),
            "degraded": list(rig.degraded),
            "connected": rig.connected,
            "waiting": rig.waiting,
            "shots_taken": rig.shots,
            "live": 0 if live is None else live.number,
            "shots": shots,
            "retakes": retakes,
            **self._read_more(),
        }

    async def fetch_picture(self, shot_id: str) -> bytes | None:
        """Return the small picture of one of the last shots, frame above mask; None if gone.

        One that was taken before is read from disk, one at a time and once for all who ask.
        """
        known = self._pictures.get(shot_id)
        if known is not None or not self._shots.get(shot_id, {}).get("on_disk"):
            return known
        reading = self._reading.get(shot_id)
        if reading is None:
            self._reading[shot_id] = reading = self._reader.submit(self._read, shot_id)
            reading.add_done_callback(lambda _: self._reading.pop(shot_id, None))
        return await asyncio.shield(asyncio.wrap_future(reading))

    def _read(self, shot_id: str) -> bytes | None:
        try:
            picture = self._read_picture(shot_id)
        except Exception:  # noqa: BLE001 - of one picture; the page goes on
            _LOG.exception("the picture of shot %s cannot be read for the page", shot_id)
            picture = None
        with self._lock:
            if shot_id in self._shots and picture is not None:
                self._pictures[shot_id] = picture
            elif shot_id in self._shots:
                # Browsers need not ask again.
                self._shots[shot_id] = {**self._shots[shot_id], "on_disk": False}
        if picture is None:
            self.note_change()
        return picture

    def _note(self, shot: dict[str, Any]) -> None:
        with self._lock:
            self._shots[shot["id"]] = shot
            if len(self._shots) > _MOST_SHOTS:
                oldest, _ = self._shots.popitem(last=False)
                self._pictures.pop(oldest, None)
            self._retakes = [each for each in self._retakes if not self._is_answer(shot, each)]
            if shot["verdict"]["state"] == "retake":
                self._retakes.append(shot["id"])
        self.note_change()

    def _is_answer(self, shot: dict[str, Any], retake: str) -> bool:
        """Whether a shot is of the garment and view that had to be taken again.

        A garment without a name may be another: then only the operator knows.
        """
        before = self._shots.get(retake)
        if shot["replaces"] == retake:
            return True
        if before is None:  # Too many shots ago.
            return True
        same = shot["sku"] is not None and before["sku"] == shot["sku"]
        return same and before["view"] == shot["view"]

    def _start_drawing(self, shot: Shot) -> None:
        with self._lock:
            if self._drawing >= _MOST_DRAWING:
                return
            self._drawing += 1
        try:
            small = shrink_cutout(shot.cutout, SHOT_PX)
            # Not the shot itself: its frame is large.
            weakest = to_shares(shot.verdict.weakest, shot.cutout)
            self._worker.submit(self._draw, shot.id, shot.verdict.reasons, weakest, *small)
        except BaseException:
            with self._lock:
                self._drawing -= 1
            raise

    def _draw(
        self,
        shot_id: str,
        reasons: tuple[str, ...],
        weakest: Box | None,
        frame: Frame,
        alpha: UInt8Array,
    ) -> None:
        try:
            places = find_places(reasons, weakest, frame, alpha)
            jpeg = encode_pair(frame, alpha)
            with self._lock:
                if shot_id in self._shots:
                    self._shots[shot_id] = {**self._shots[shot_id], "places": places}
                    self._pictures[shot_id] = jpeg
            self.note_change()
        except Exception:  # noqa: BLE001 - nobody else would hear of it in this thread
            _LOG.exception("the picture of shot %s is not shown on the page", shot_id)
        finally:
            with self._lock:
                self._drawing -= 1
