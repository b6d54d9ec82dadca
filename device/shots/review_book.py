"""What was decided about shots, and which of it the broker has yet to get."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from device.contract.review import Review, read_review
from device.system.durable_file import has_no_room
from device.system.journal import Journal, JournalError

_LOG = logging.getLogger(__name__)
# Years of a studio, in some 10 MB; what the broker has yet to get is kept beside that.
_MOST_REVIEWS = 20_000
_FEW_LINES = 1000


class ReviewBook:
    """Keeps the last decision about each shot in ``reviews.jsonl``. For any thread.

    A decision is on disk before it is answered. It is due until the broker has it, over restarts,
    and again when its shot is sent again.

    Attributes:
        on_change: called when a decision has become due, on the thread that made it.
        listeners: called with each decision, on that thread.
    """

    def __init__(self, state_dir: Path, give_way: Callable[[int], bool] = has_no_room) -> None:
        """Read what earlier runs have left.

        Args:
            state_dir: where the book is.
            give_way: makes room for so many bytes on a full disk.

        Raises:
            UsageError: this user may not read it.
        """
        self.on_change: Callable[[], object] = lambda: None
        self.listeners: list[Callable[[Review], object]] = []
        self._journal = Journal(state_dir / "reviews.jsonl", give_way)
        self._lock = threading.RLock()
        self._reviews: dict[str, Review] = {}  # By shot, the latest decision last.
        self._due: dict[str, None] = {}
        self._lines = 0
        for fields in self._journal.read():
            self._lines += 1
            self._take_line(fields)
        self._compact()

    def find(self, shot_id: str) -> Review | None:
        """Return the last decision about a shot; None where there is none."""
        return self._reviews.get(shot_id)

    @property
    def reviews(self) -> tuple[Review, ...]:
        """All decisions, the latest last."""
        with self._lock:
            return tuple(self._reviews.values())

    @property
    def due_count(self) -> int:
        """How many decisions the broker has yet to get."""
        return len(self._due)

    def add(self, review: Review) -> None:
        """Write a decision down; the last one about a shot counts.

        Raises:
            JournalError: the disk did not take it.
        """
        with self._lock:
            self._journal.add(asdict(review))
            self._lines += 1
            self._keep(review)
        for listener in self.listeners:
            listener(review)
        self.on_change()

    def first_due(self, is_ready: Callable[[str], bool]) -> Review | None:
        """Return the decision to send next; None when none is to go now.

        Args:
            is_ready: whether a shot has reached the broker, so that its decision may follow.
        """
        with self._lock:
            found = next((shot_id for shot_id in self._due if is_ready(shot_id)), None)
            return None if found is None else self._reviews[found]

    def note_sent(self, review: Review) -> None:
        """Note that the broker has a decision; a later one about the same shot stays due."""
        with self._lock:
            if self._reviews.get(review.shot_id) is not review or review.shot_id not in self._due:
                return
            del self._due[review.shot_id]
            try:
                self._journal.add({"sent": review.shot_id, "reviewed_at": review.reviewed_at})
                self._lines += 1
            except JournalError as error:  # After a restart it is sent once more.
                _LOG.debug("%s", error)
            self._compact()

    def send_again(self, shot_id: str) -> None:
        """Make the decision about a shot that is sent again due, if there is one."""
        with self._lock:
            if shot_id in self._reviews:
                self._due[shot_id] = None
        self.on_change()

    def _take_line(self, fields: Mapping[str, object]) -> None:
        sent = fields.get("sent")
        if isinstance(sent, str):
            known = self._reviews.get(sent)
            if known is not None and known.reviewed_at == fields.get("reviewed_at"):
                self._due.pop(sent, None)
            return
        try:
            self._keep(read_review(fields))
        except ValueError:
            _LOG.debug("a line of the reviews is none: %s", fields)

    def _keep(self, review: Review) -> None:
        for kept in (self._reviews, self._due):
            kept.pop(review.shot_id, None)  # The latest goes to the end.
        self._reviews[review.shot_id] = review
        self._due[review.shot_id] = None

    def _compact(self) -> None:
        """Write the book anew where most of its lines say nothing any more."""
        if self._lines <= 2 * min(len(self._reviews), _MOST_REVIEWS) + _FEW_LINES:
            return
        settled = [shot_id for shot_id in self._reviews if shot_id not in self._due]
        for shot_id in settled[: max(0, len(self._reviews) - _MOST_REVIEWS)]:
            del self._reviews[shot_id]
        try:
            self._journal.replace(self._list_lines())
        except JournalError as error:  # The longer file says the same.
            _LOG.debug("%s", error)
            return
        self._lines = 2 * len(self._reviews) - len(self._due)

    def _list_lines(self) -> Iterator[Mapping[str, object]]:
        for review in self._reviews.values():
            yield asdict(review)
            if review.shot_id not in self._due:
                yield {"sent": review.shot_id, "reviewed_at": review.reviewed_at}
