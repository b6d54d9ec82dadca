"""The code ``received``, sent when the answer to a request is late."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message

# An answer is promised within a second; on a Pi a shot at full resolution takes longer than that.
NOTICE_AFTER_S = 0.5


@dataclass(slots=True, eq=False)
class _OpenRequest:
    """A request whose client has got no message yet.

    Attributes:
        request: referenced, so that its ``id()`` is not used again.
        notice: to be sent when the answer is late.
        due_s: when that is, on the monotonic clock.
        answer: once it waits to be sent.
    """

    request: Message
    notice: Message
    due_s: float
    answer: Message | None = None


class LateNotices:
    """Sends a notice for each request whose answer has not left in time; for any thread.

    One thread sleeps until the next is due. It is started with the first request, ends when none
    is open, and does not keep the process alive.
    """

    def __init__(self, publish: Callable[[Message], bool]) -> None:
        """Prepare.

        Args:
            publish: sends a message without waiting; False where it cannot go now.
        """
        self._publish = publish
        self._open: dict[int, _OpenRequest] = {}  # By the request.
        self._answered: dict[int, _OpenRequest] = {}  # Those with an answer, by the answer.
        self._due: deque[_OpenRequest] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def open_count(self) -> int:
        """How many requests may still get a notice."""
        return len(self._open)

    def watch(self, request: Message, notice: Message) -> None:
        """Send ``notice`` unless the answer to ``request`` leaves in time."""
        opened = _OpenRequest(request, notice, time.monotonic() + NOTICE_AFTER_S)
        with self._changed:
            self._open[id(request)] = opened
            self._due.append(opened)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="late notices", daemon=True)
                self._thread.start()

    def note_answer(self, request: Message, answer: Message) -> None:
        """Note which message is the answer; before anybody can send it."""
        with self._changed:
            opened = self._open.get(id(request))
            if opened is not None:
                opened.answer = answer
                self._answered[id(answer)] = opened

    def note_sent(self, answer: Message) -> None:
        """Cancel the notice of a request whose answer was sent, or never will be."""
        with self._changed:
            opened = self._answered.get(id(answer))
            if opened is not None:
                self._close(opened)

    def forget(self, request: Message) -> None:
        """Cancel the notice of a request."""
        with self._changed:
            opened = self._open.get(id(request))
            if opened is not None:
                self._close(opened)

    def _close(self, opened: _OpenRequest) -> None:
        self._open.pop(id(opened.request), None)
        if opened.answer is not None:
            self._answered.pop(id(opened.answer), None)
        if not self._open:
            self._due.clear()
            self._changed.notify()

    def _is_open(self, opened: _OpenRequest) -> bool:
        return self._open.get(id(opened.request)) is opened

    def _run(self) -> None:
        while (opened := self._wait_for_due()) is not None:
            # It cannot be sent while an earlier message to this topic waits. Where the answer
            # waits as well, it will be sent as soon as a notice could.
            is_done = self._publish(opened.notice) or opened.answer is not None
            with self._changed:
                if not self._is_open(opened):
                    continue
                if is_done:
                    self._close(opened)
                else:
                    opened.due_s = time.monotonic() + NOTICE_AFTER_S
                    self._due.append(opened)

    def _wait_for_due(self) -> _OpenRequest | None:
        """Wait for the next notice that is due; return None, for the thread's end, if none is."""
        with self._changed:
            while True:
                while self._due and not self._is_open(self._due[0]):
                    self._due.popleft()
                if not self._due:
                    self._thread = None
                    return None
                left_s = self._due[0].due_s - time.monotonic()
                if left_s <= 0:
                    return self._due.popleft()
                self._changed.wait(left_s)
