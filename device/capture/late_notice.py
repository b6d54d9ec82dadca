"""A word to who asked for a shot, when the answer takes longer than a person or program waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message

# A code is promised within a second; on a Pi a shot at full resolution takes longer than that.
NOTICE_AFTER_S = 0.5
_LOOK_EVERY_S = 0.1


@dataclass(slots=True)
class _Open:
    """A request whose answer has not left yet.

    Attributes:
        request: kept, so that its identity is nobody else's.
        notice: what to say when it takes long.
        since_s: when the request came.
        answer: the answer, once there is one.
        told: the notice was sent.
    """

    request: Message
    notice: Message
    since_s: float
    answer: Message | None = None
    told: bool = False


class LateNotices:
    """Watches over open requests in a thread of its own, which sleeps while there are none."""

    def __init__(self, has_left: Callable[[Message], bool]) -> None:
        """Take what tells whether an answer is on its way."""
        self.send: Callable[[Message], object] | None = None
        self._has_left = has_left
        self._open: dict[int, _Open] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def opened(self, request: Message, notice: Message) -> None:
        """A request has come."""
        with self._changed:
            self._open[id(request)] = _Open(request, notice, time.monotonic())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
                self._thread.start()
            self._changed.notify()

    def answered(self, request: Message, answer: Message | None) -> None:
        """A request has its answer, which waits to be sent; None when it gets none."""
        with self._changed:
            found = self._open.get(id(request))
            if found is not None and answer is None:
                del self._open[id(request)]
            elif found is not None:
                found.answer = answer

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._open)
            time.sleep(_LOOK_EVERY_S)
            self._look(time.monotonic())

    def _look(self, now_s: float) -> None:
        with self._changed:
            for key, each in list(self._open.items()):
                if each.answer is not None and self._has_left(each.answer):
                    del self._open[key]
            late = [
                each
                for each in self._open.values()
                if not each.told and now_s - each.since_s >= NOTICE_AFTER_S
            ]
        for each in late:
            # What cannot be sent now is tried at the next look.
            each.told = self.send is not None and bool(self.send(each.notice))
