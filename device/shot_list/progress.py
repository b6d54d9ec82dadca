"""How far a shot list has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from device.contract.review import Review
from device.shot_list.csv_table import ListRow

State = Literal["missing", "taken", "retake", "approved", "rejected"]
# What is still to be shot before those that a person has rejected.
_OPEN = frozenset({"missing", "retake"})


@dataclass(frozen=True, slots=True)
class ListItem:
    """One shot that is wanted.

    Attributes:
        row: its garment.
        view: wanted; None where the list names none.
        shot_id: the newest shot of it; None before the first.
        verdict: of that shot: ``ok``, ``unsure`` or ``retake``.
        review: the last decision about that shot.
    """

    row: ListRow
    view: str | None
    shot_id: str | None = None
    verdict: str | None = None
    review: Review | None = None

    @property
    def state(self) -> State:
        """What is known of it: a person's decision goes before the verdict."""
        if self.shot_id is None:
            return "missing"
        if self.review is not None:
            return self.review.state
        return "retake" if self.verdict == "retake" else "taken"


class Progress:
    """The items of a list in their order. Not for two threads at once.

    A change costs the same, however long the list is.
    """

    def __init__(
        self,
        rows: Iterable[ListRow] = (),
        find_review: Callable[[str], Review | None] = lambda _: None,
    ) -> None:
        """Begin with nothing taken.

        Args:
            rows: of the list.
            find_review: returns the last decision about a shot.
        """
        self._find_review = find_review
        self._items: list[ListItem] = []
        self._at: dict[tuple[str, str | None], int] = {}
        self._by_sku: dict[str, range] = {}
        self._by_shot: dict[str, int] = {}
        self._last = -1  # Where the last shot was.
        for row in rows:
            first = len(self._items)
            for view in row.views or (None,):
                self._at[row.sku, view] = len(self._items)
                self._items.append(ListItem(row, view))
            self._by_sku[row.sku] = range(first, len(self._items))
        self._counts: Counter[str] = Counter(missing=len(self._items))
        self._open = dict.fromkeys(range(len(self._items)))
        self._rejected: dict[int, None] = {}

    def __len__(self) -> int:
        """How many shots are wanted."""
        return len(self._items)

    def __iter__(self) -> Iterator[ListItem]:
        """Yield the items in the list's order."""
        return iter(self._items)

    def count(self, *states: State) -> int:
        """Return how many items are in any of these states."""
        return sum(self._counts[state] for state in states)

    def note_shot(self, sku: str | None, view: str | None, shot_id: str, verdict: str) -> bool:
        """Note a shot; return False where the list does not want it."""
        at = None if sku is None else self._at.get((sku, view))
        if at is None:
            return False
        former = self._items[at].shot_id
        if former is not None:
            self._by_shot.pop(former, None)
        self._by_shot[shot_id] = at
        self._last = at
        item = self._items[at]
        self._set(at, ListItem(item.row, item.view, shot_id, verdict, self._find_review(shot_id)))
        return True

    def note_review(self, review: Review) -> bool:
        """Note a decision; return False where it is about no shot that counts here."""
        at = self._by_shot.get(review.shot_id)
        if at is None:
            return False
        item = self._items[at]
        self._set(at, ListItem(item.row, item.view, item.shot_id, item.verdict, review))
        return True

    def find_next(self, view: str | None = None) -> ListItem | None:
        """Return what is to be shot next; None where all is done.

        The rest of the garment that was shot last, what follows it in the list, the list from its
        beginning, and at the end what was rejected.

        Args:
            view: wanted by the photographer; None for whatever comes.
        """
        for at in self._follow_last():
            item = self._items[at]
            if view is None or item.view == view:
                return item
        return None

    def find_view(self, sku: str) -> str | None:
        """Return the view of a garment that is to be shot next; None where none is wanted."""
        places = self._by_sku.get(sku, ())
        for wanted in (self._open, self._rejected):
            for at in places:
                if at in wanted:
                    return self._items[at].view
        return None

    def list_rejected(self) -> Iterator[ListItem]:
        """Yield what a person has rejected, the first rejected first."""
        return (self._items[at] for at in self._rejected)

    def list_open(self) -> Iterator[ListItem]:
        """Yield what is still to be shot, in the list's order from the last shot on."""
        return (self._items[at] for at in self._follow_last())

    def _follow_last(self) -> Iterator[int]:
        if self._open:
            start = self._last
            if start >= 0:
                own = self._by_sku[self._items[start].row.sku]
                yield from (at for at in own if at in self._open)
                others = chain(range(own.stop, len(self._items)), range(own.start))
            else:
                others = chain(range(len(self._items)))
            yield from (at for at in others if at in self._open)
        yield from self._rejected

    def _set(self, at: int, item: ListItem) -> None:
        before, after = self._items[at].state, item.state
        self._items[at] = item
        self._counts[before] -= 1
        self._counts[after] += 1
        self._open.pop(at, None)
        if after in _OPEN:
            self._open[at] = None
        if after != "rejected":
            self._rejected.pop(at, None)
        else:
            self._rejected.setdefault(at)
