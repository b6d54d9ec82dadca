"""All peers over the same pictures, in turn."""

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


def compare_masks(peers: Sequence[Peer], pictures: Sequence[Picture]) -> list[Score]:
    """Run each peer over all pictures, a few at a time; the first of each turn once more, untimed.

    Args:
        peers: the project's own bundles among them.
        pictures: at least one.

    Returns:
        A score for each, in their order.
    """
    scores = [Score() for _ in peers]
    for start in range(0, len(pictures), _TURN):
        turn = pictures[start : start + _TURN]
        for peer, score in zip(peers, scores, strict=True):
            peer.segment(turn[0].pixels)
            for picture in turn:
                _score_one(peer, picture, score)
        print(f"{start + len(turn)} of {len(pictures)} pictures", file=sys.stderr, flush=True)
    return scores


def _score_one(peer: Peer, picture: Picture, score: Score) -> None:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    found = peer.segment(picture.pixels)
    wall_ms = (time.perf_counter() - wall_s) * 1000
    score.add(found, picture, wall_ms, (time.process_time() - cpu_s) * 1000)
