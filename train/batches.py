"""The stream of training batches, made ahead of the step that wants them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)

import cv2
import numpy as np
import numpy.typing as npt

from train.errors import WorkError
from train.samples import Float32Array, Samples, UInt8Array

Batch = tuple[UInt8Array, Float32Array]
_AHEAD = 2  # batches that each worker has before it or in hand
_adopted: list[Samples] = []  # what a worker process draws from


def _adopt(samples: Samples, workers: int) -> None:
    """Prepare a worker process, which ends with the one that trains, however that ends."""
    samples.share_cache(workers)
    _adopted.append(samples)
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that trains
    threading.Thread(target=_follow_to_the_end, daemon=True).start()


def _follow_to_the_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _made(epoch: int, step: int, chosen: npt.NDArray[np.int64]) -> Batch:
    return _adopted[0].batch(epoch, step, chosen)


class Batches(contextlib.AbstractContextManager["Batches"]):
    """Batches of `Samples` in their order, the same for any number of workers."""

    def __init__(self, samples: Samples, workers: int = 0) -> None:
        """Start what augments.

        Args:
            samples: where the pictures come from.
            workers: processes that augment; 0 is a thread of this one, enough where training
                itself takes the cores.
        """
        self.samples = samples
        self._ahead = max(1, _AHEAD * workers)
        self._make = _made if workers else samples.batch
        self._executor: Executor
        if workers:
            # A fork would copy the locks of a framework's threads as they stand.
            fresh = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(workers, fresh, _adopt, (samples, workers))
        else:
            self._executor = ThreadPoolExecutor(1, "augment")

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yield (pictures, targets) of one epoch, see `Samples.batch`.

        Raises:
            WorkError: a worker was ended from outside.
        """
        waiting: deque[Future[Batch]] = deque()
        try:
            for step, chosen in enumerate(self.samples.order(number)):
                waiting.append(self._executor.submit(self._make, number, step, chosen))
                if len(waiting) > self._ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenExecutor:
            raise WorkError(
                "a process that augments pictures was ended, as the system does when memory is "
                "short: go on with --resume and fewer --workers"
            ) from None

    def __exit__(self, *_: object) -> None:
        """Let the workers go."""
        self._executor.shutdown(cancel_futures=True)
