"""All of them over the same pictures, in turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from benchmarks.datasets.pictures import Picture
from benchmarks.masks.peer import Peer
from benchmarks.masks.score import Score

_TURN = 8
"""Pictures in one turn. Taking turns spreads what else the machine does over all; more than one
picture a turn leaves time for the threads that the one before kept spinning to fall asleep."""


def compare_masks(rivals: Sequence[Peer], pictures: Sequence[Picture]) -> list[Score]:
    """Run each over all pictures, a few at a time; the first of each turn once more, untimed.

    Args:
        rivals: who is compared.
        pictures: at least one.

    Returns:
        A score for each, in their order.
    """
    scores = [Score() for _ in rivals]
    for start in range(0, len(pictures), _TURN):
        turn = pictures[start : start + _TURN]
        for rival, score in zip(rivals, scores, strict=True):
            rival.segment(turn[0].pixels)
            for picture in turn:
                _one(rival, picture, score)
        print(f"{start + len(turn)} of {len(pictures)} pictures", file=sys.stderr, flush=True)
    return scores


def _one(rival: Peer, picture: Picture, score: Score) -> None:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    found = rival.segment(picture.pixels)
    wall_ms = (time.perf_counter() - wall_s) * 1000
    score.add(found, picture, wall_ms, (time.process_time() - cpu_s) * 1000)
