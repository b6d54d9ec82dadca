"""The code ``received`` for a request whose answer takes longer than a person or program waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message

# An answer is promised within a second; on a Pi a shot at full resolution takes longer than that.
NOTICE_AFTER_S = 0.5


@dataclass(slots=True)
class _OpenRequest:
    """A request of which the asker has heard nothing yet.

    Attributes:
        request: kept, so that its identity is nobody else's.
        notice: what to send when the answer is late.
        timer: runs out when it is late.
        answer: the answer, once it waits to be sent.
    """

    request: Message
    notice: Message
    timer: threading.Timer
    answer: Message | None = None


class LateNotices:
    """Sends a notice for each request whose answer has not left in time; for any thread.

    One timer a request. Each is a thread that sleeps, ends with the answer or the notice, and
    keeps no process alive.
    """

    def __init__(self, publish: Callable[[Message], bool]) -> None:
        """Prepare.

        Args:
            publish: sends a message without waiting; False where it cannot go now.
        """
        self._publish = publish
        self._open: dict[int, _OpenRequest] = {}
        self._lock = threading.Lock()

    @property
    def open_count(self) -> int:
        """How many requests may still get a notice."""
        return len(self._open)

    def watch(self, request: Message, notice: Message) -> None:
        """Send ``notice`` unless the answer to ``request`` leaves in time."""
        opened = _OpenRequest(request, notice, self._make_timer(request))
        with self._lock:
            self._open[id(request)] = opened
        opened.timer.start()

    def note_answer(self, request: Message, answer: Message) -> None:
        """Take down which message ends the wait; before anybody can send it."""
        with self._lock:
            opened = self._open.get(id(request))
            if opened is not None:
                opened.answer = answer

    def note_sent(self, answer: Message) -> None:
        """An answer has left: there is nothing to say about its request any more."""
        with self._lock:
            sent = [opened for opened in self._open.values() if opened.answer is answer]
        for opened in sent:
            self.forget(opened.request)

    def forget(self, request: Message) -> None:
        """Send nothing about a request, which gets no answer."""
        with self._lock:
            opened = self._open.pop(id(request), None)
        if opened is not None:
            opened.timer.cancel()

    def _make_timer(self, request: Message) -> threading.Timer:
        timer = threading.Timer(NOTICE_AFTER_S, self._send_notice, [request])
        timer.name, timer.daemon = "late notice", True
        return timer

    def _send_notice(self, request: Message) -> None:
        with self._lock:
            opened = self._open.get(id(request))
        if opened is None:
            return
        # A notice to the same topic may lie before it. An answer goes as soon as there is room.
        if self._publish(opened.notice) or opened.answer is not None:
            self.forget(request)
            return
        with self._lock:
            if id(request) in self._open:
                opened.timer = self._make_timer(request)
                opened.timer.start()
