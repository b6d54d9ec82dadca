"""Groups that repeat each other's pictures become one, so that no split separates them."""

from __future__ import annotations

from dataclasses import dataclass

from train.datasets.near_duplicates import HashIndex, PerceptualHash


@dataclass(frozen=True, slots=True)
class Repeat:
    """A picture that shows what another, in a different group, shows.

    Attributes:
        one: the place of the earlier picture in the order of adding.
        other: the place of the later one.
    """

    one: int
    other: int


class Repeats:
    """Finds pictures that occur twice, and the groups that they tie together."""

    def __init__(self) -> None:
        self._index = HashIndex()
        self._groups: list[str] = []
        self._parent: dict[str, str] = {}
        self.found: list[Repeat] = []

    def add(self, likeness: PerceptualHash, group: str) -> None:
        """Take in the next picture."""
        self._parent.setdefault(group, group)
        for earlier in self._index.add(likeness):
            if self._groups[earlier] != group:
                self.found.append(Repeat(earlier, len(self._groups)))
                self._unite(self._groups[earlier], group)
        self._groups.append(group)

    def group_of(self, group: str) -> str:
        """Return the name of the group that ``group`` is part of: the first in the alphabet."""
        root = group
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[group] != root:
            self._parent[group], group = root, self._parent[group]
        return root

    def _unite(self, one: str, other: str) -> None:
        first, second = sorted((self.group_of(one), self.group_of(other)))
        self._parent[second] = first
