"""Answers to commands on their way to the broker."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator

from device.contract.message import Message

# Each is some hundred bytes. More work than this never waits for an answer at once.
MOST_OF_A_KIND = 256
# From here on a client has asked faster than answers leave, and one of each is enough.
_MANY = 16

_Key = tuple[str, bytes | None, bytes]


class AnswerQueue:
    """Hands answers from any thread to the delivery thread, and never grows beyond its bounds.

    Answers about new work go ahead of those that somebody has had before: a client that repeats a
    request a thousand times keeps nobody else waiting. While many wait, one that is among them
    already is not put in again; where there are too many, the oldest gives way.

    Attributes:
        on_put: called, on the thread that puts one in, when there is something to send.
    """

    on_put: Callable[[], object] | None = None

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: deque[Message] = deque()
        self._repeated: deque[Message] = deque()
        self._keys: Counter[_Key] = Counter()  # Of the repeated ones.

    def __len__(self) -> int:
        """How many wait."""
        return len(self._new) + len(self._repeated)

    def __iter__(self) -> Iterator[Message]:
        """Yield them in the order in which they will leave."""
        with self._lock:
            return iter((*self._new, *self._repeated))

    def put(self, answer: Message, *, is_new: bool) -> Message | None:
        """Put in an answer.

        Args:
            answer: to be published.
            is_new: whether it is about work that was done for it.

        Returns:
            The answer that will never leave for it: this one, where its twin waits already, or the
            oldest of its kind; None where all will.
        """
        gone = self._put(answer, is_new=is_new)
        if self.on_put is not None:
            self.on_put()
        return gone

    def _put(self, answer: Message, *, is_new: bool) -> Message | None:
        key = _identify(answer)
        with self._lock:
            if is_new:
                self._new.append(answer)
                return self._new.popleft() if len(self._new) > MOST_OF_A_KIND else None
            if len(self._repeated) >= _MANY and self._keys[key]:
                return answer
            self._keys[key] += 1
            self._repeated.append(answer)
            if len(self._repeated) <= MOST_OF_A_KIND:
                return None
            return self._take_first()

    def first(self) -> Message | None:
        """Return the answer that leaves next; None when none waits."""
        with self._lock:
            return next(iter(self._new or self._repeated), None)

    def drop(self, answer: Message) -> None:
        """Take out an answer that has left; nothing where it gave way meanwhile."""
        with self._lock:
            # It is the first of its kind, unless others have pushed it out since it was posted.
            if self._new and self._new[0] is answer:
                self._new.popleft()
            elif self._repeated and self._repeated[0] is answer:
                self._take_first()

    def _take_first(self) -> Message:
        """Remove and return the first of the repeated ones."""
        answer = self._repeated.popleft()
        key = _identify(answer)
        self._keys[key] -= 1
        if not self._keys[key]:
            del self._keys[key]
        return answer


def _identify(answer: Message) -> _Key:
    return answer.topic, answer.correlation_data, answer.payload
