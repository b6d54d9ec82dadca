"""Merge groups that share a picture, so that no split separates near duplicates."""

from __future__ import annotations

from dataclasses import dataclass

from train.datasets.near_duplicates import HashIndex, PerceptualHash


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two near duplicates in different groups.

    Attributes:
        earlier: number of the earlier picture, in the order of adding.
        later: number of the later picture.
    """

    earlier: int
    later: int


class DuplicateGroups:
    """Groups of pictures, merged where a picture of one is a near duplicate in another.

    Attributes:
        pairs: the duplicates that merged two groups.
    """

    def __init__(self) -> None:
        self.pairs: list[DuplicatePair] = []
        self._index = HashIndex()
        self._groups: list[str] = []
        # A disjoint-set forest: each group points towards the name of the merged one.
        self._parent: dict[str, str] = {}

    def add(self, picture: PerceptualHash, group: str) -> None:
        """Add the next picture; merge its group with those of its near duplicates."""
        self._parent.setdefault(group, group)
        for earlier in self._index.add(picture):
            if self._groups[earlier] != group:
                self.pairs.append(DuplicatePair(earlier, len(self._groups)))
                self._merge(self._groups[earlier], group)
        self._groups.append(group)

    def find_group(self, group: str) -> str:
        """Return the merged group that ``group`` is in: its first name in the alphabet."""
        root = group
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[group] != root:
            self._parent[group], group = root, self._parent[group]
        return root

    def _merge(self, one: str, other: str) -> None:
        first, second = sorted((self.find_group(one), self.find_group(other)))
        self._parent[second] = first
