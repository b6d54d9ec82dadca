"""The code ``received``, sent when the answer to a request is late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message

# An answer is promised within a second; on a Pi a shot at full resolution takes longer than that.
NOTICE_AFTER_S = 0.5


@dataclass(slots=True)
class _OpenRequest:
    """A request whose client has got no message yet.

    Attributes:
        request: referenced, so that its ``id()`` is not used again.
        notice: to be sent when the answer is late.
        timer: fires when it is late.
        answer: once it waits to be sent.
    """

    request: Message
    notice: Message
    timer: threading.Timer
    answer: Message | None = None


class LateNotices:
    """Sends a notice for each request whose answer has not left in time; for any thread.

    One timer a request: a thread that sleeps until the answer or the notice, and does not keep the
    process alive.
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
        """Note which message is the answer; before anybody can send it."""
        with self._lock:
            opened = self._open.get(id(request))
            if opened is not None:
                opened.answer = answer

    def note_sent(self, answer: Message) -> None:
        """Cancel the notice of a request whose answer was sent."""
        with self._lock:
            sent = [opened for opened in self._open.values() if opened.answer is answer]
        for opened in sent:
            self.forget(opened.request)

    def forget(self, request: Message) -> None:
        """Cancel the notice of a request."""
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
        # It cannot be sent while an earlier message to this topic waits. Where the answer waits as
        # well, it will be sent as soon as a notice could.
        if self._publish(opened.notice) or opened.answer is not None:
            self.forget(request)
            return
        with self._lock:
            if id(request) in self._open:
                opened.timer = self._make_timer(request)
                opened.timer.start()
