"""The stream of training batches, made ahead of the steps that use them."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from queue import SimpleQueue

import cv2

from train.arrays import Float32Array, Int64Array, UInt8Array
from train.errors import WorkError
from train.inputs.samples import Samples

Batch = tuple[UInt8Array, Float32Array]
_AHEAD = 2  # batches queued for each worker: one in work, one next


class Worker:
    """A process that augments, at the other end of a pipe of its own.

    The end of the pipe shows that the process was killed, in the middle of a batch too. A process
    pool shares one pipe among its workers, and waits for ever for the rest of a batch whose writer
    is gone.
    """

    def __init__(self, context: SpawnContext, samples: Samples, workers: int) -> None:
        """Start the process, one of `workers`."""
        self._connection, theirs = context.Pipe()
        # Sent later: an argument goes through a pipe of which this process holds both ends, and a
        # worker that dies meanwhile would never be noticed.
        self._first: Samples | None = samples
        self.process = context.Process(target=_augment, args=(theirs, workers), daemon=True)
        self.process.start()
        theirs.close()

    def make_batch(self, epoch: int, step: int, chosen: Int64Array) -> Batch:
        """Make one batch; see `Samples.make_batch`.

        Raises:
            WorkError: the process was ended from outside.
        """
        try:
            if self._first is not None:
                self._connection.send(self._first)
                self._first = None
            self._connection.send((epoch, step, chosen))
            reply: Batch | Exception = self._connection.recv()
        except (EOFError, OSError):
            raise WorkError(
                "a process that augments pictures was ended, as the system does when memory is "
                "short: go on with --resume and fewer --workers"
            ) from None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """Let the process end."""
        self._connection.close()
        self.process.join()


def _augment(connection: Connection, workers: int) -> None:
    """Make batches until the process that trains closes the pipe, or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that trains
    cv2.setNumThreads(1)
    with contextlib.suppress(EOFError, OSError):
        samples: Samples = connection.recv()
        samples.share_cache(workers)
        while True:
            epoch, step, chosen = connection.recv()
            reply: Batch | Exception
            try:
                reply = samples.make_batch(epoch, step, chosen)
            except Exception as error:  # noqa: BLE001 - raised again where the batch is awaited
                reply = error
            connection.send(reply)


class Batches(contextlib.AbstractContextManager["Batches"]):
    """Batches of `Samples` in their order, the same for any number of workers."""

    def __init__(self, samples: Samples, workers: int = 0) -> None:
        """Start the augmenting processes or the thread.

        Args:
            samples: where the pictures come from.
            workers: processes that augment; 0 is a thread of this one, enough where training
                itself takes the cores.
        """
        self.samples = samples
        # A fork would copy the locks of a framework's threads as they stand.
        context = multiprocessing.get_context("spawn")
        self.workers = [Worker(context, samples, workers) for _ in range(workers)]
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self.workers:
            self._idle.put(worker)
        self._ahead = max(1, _AHEAD * workers)
        # Each thread waits for one worker, or does the work itself where there is none.
        self._threads = ThreadPoolExecutor(max(1, workers), "augment")

    def iterate_epoch(self, number: int) -> Iterator[Batch]:
        """Yield (pictures, targets) of one epoch, see `Samples.make_batch`.

        Raises:
            WorkError: a worker was ended from outside.
        """
        waiting: deque[Future[Batch]] = deque()
        for step, chosen in enumerate(self.samples.draw_order(number)):
            waiting.append(self._threads.submit(self._make_batch, number, step, chosen))
            if len(waiting) > self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _make_batch(self, epoch: int, step: int, chosen: Int64Array) -> Batch:
        if not self.workers:
            return self.samples.make_batch(epoch, step, chosen)
        worker = self._idle.get()
        try:
            return worker.make_batch(epoch, step, chosen)
        finally:
            self._idle.put(worker)

    def __exit__(self, *_: object) -> None:
        """End the workers."""
        self._threads.shutdown(cancel_futures=True)
        for worker in self.workers:
            worker.close()
