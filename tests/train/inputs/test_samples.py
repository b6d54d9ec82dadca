"""The stream of training batches: what is seen how often, and what is done to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from tests.support.small_samples import ARCHITECTURE, make_samples
from train.commands.fit import main as fit
from train.datasets.dataset import load_dataset
from train.errors import UsageError, WorkError
from train.inputs.batches import Batch, Batches
from train.inputs.samples import Samples
from train.runs.plan import Source


def test_a_rare_kind_is_seen_more_often(drawn_dataset: Path) -> None:
    """--repeat-kind multiplies a kind's pictures on top of the data set's own repeats."""
    dataset = load_dataset(drawn_dataset)
    once = make_samples(dataset).pictures
    assert once == 2 * len(dataset.select("train"))
    assert make_samples(dataset, kind_repeats={"drawn": 3}).pictures == 3 * once
    assert make_samples(dataset, kind_repeats={"hat": 3}).pictures == once


@pytest.mark.parametrize("given", ["hat=3", "drawn", "drawn=0", "drawn=many"])
def test_a_kind_that_is_not_there_is_refused(
    drawn_dataset: Path, tmp_path: Path, given: str
) -> None:
    """A mistyped kind stops the command before anything is written, and names the known ones."""
    run = tmp_path / "run"
    with pytest.raises(UsageError, match="drawn"):
        fit([str(run), "--data", str(drawn_dataset), "--repeat-kind", given])
    assert not run.exists()


def test_batches_have_the_networks_shape(drawn_dataset: Path) -> None:
    """A portrait or landscape input gets pictures of its own shape, and targets a quarter of it."""
    with Batches(make_samples(load_dataset(drawn_dataset))) as batches:
        pictures, targets = next(batches.iterate_epoch(0))
    assert pictures.shape == (4, 64, 96, 3)
    assert targets.shape == (4, 16, 24, 1)
    assert 0 <= targets.min() <= targets.max() <= 1


def test_mannequin_replacement_reaches_every_picture_with_a_body(drawn_dataset: Path) -> None:
    """With --mannequin-share 1 each picture whose skin is known is another, its garment is not."""
    dataset = load_dataset(drawn_dataset)
    plain, replaced = (
        list(islice(Batches(make_samples(dataset, mannequin_share=share)).iterate_epoch(0), 4))
        for share in (0.0, 1.0)
    )
    for (pictures, targets), (others, other_targets) in zip(plain, replaced, strict=True):
        shown = (targets > 0.5).any(axis=(1, 2, 3))
        assert shown.any()
        assert (cv2.absdiff(pictures, others).mean(axis=(1, 2, 3)) > 1)[shown].all()
        assert (other_targets > 0.5).any(axis=(1, 2, 3)).tolist() == shown.tolist()


@pytest.mark.parametrize("workers", [0, 2])
def test_an_epoch_is_the_same_epoch_again(drawn_dataset: Path, workers: int) -> None:
    """What resumes after a crash, or with worker processes, sees the batches of before."""
    dataset = load_dataset(drawn_dataset)
    first = list(Batches(make_samples(dataset, mannequin_share=0.5)).iterate_epoch(2))
    with Batches(make_samples(dataset, mannequin_share=0.5), workers) as batches:
        second = list(batches.iterate_epoch(2))
    for (pictures, targets), (again, targets_again) in zip(first, second, strict=True):
        assert (pictures == again).all()
        assert (targets == targets_again).all()


KILLED = """
import sys, time
from pathlib import Path
from tests.support.small_samples import make_samples
from train.inputs.batches import Batches
from train.datasets.dataset import load_dataset

if __name__ == "__main__":
    batches = Batches(make_samples(load_dataset(Path(sys.argv[1]))), 2)
    next(batches.iterate_epoch(0))
    print(*[worker.process.pid for worker in batches.workers], flush=True)
    time.sleep(60)
"""


def test_workers_end_with_a_killed_training(drawn_dataset: Path, tmp_path: Path) -> None:
    """SIGKILL of the process that trains leaves no augmenting process behind."""
    program = tmp_path / "killed.py"
    program.write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, str(program), str(drawn_dataset)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as training:
        assert training.stdout is not None
        workers = [Path("/proc", pid) for pid in training.stdout.readline().split()]
        assert workers
        training.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 120
    while any(_runs(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Dying(Samples):
    """Samples of which only the first two batches arrive whole."""

    def make_batch(self, epoch: int, step: int, chosen: npt.NDArray[np.int64]) -> Batch:
        """See `Samples.make_batch`."""
        if step >= 2:
            Connection._send = _write_half_and_die  # type: ignore[attr-defined]
        return super().make_batch(epoch, step, chosen)


def _write_half_and_die(connection: Connection, message: bytes) -> None:
    os.write(connection.fileno(), message[: max(4, len(message) // 2)])
    if len(message) > 1000:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_worker_ends_training_with_a_sentence(drawn_dataset: Path, workers: int) -> None:
    """What the system ends for want of memory is named, with the way to go on."""
    with Batches(make_samples(load_dataset(drawn_dataset)), workers) as batches:
        stream = (batch for epoch in range(100) for batch in batches.iterate_epoch(epoch))
        next(stream)
        batches.workers[-1].process.kill()
        with pytest.raises(WorkError, match="--resume and fewer --workers"):
            list(stream)


def test_a_worker_killed_at_birth_ends_training_too(drawn_dataset: Path) -> None:
    """A worker that ends before it has taken in a large data set is not waited for either."""
    dataset = load_dataset(drawn_dataset)
    many = replace(dataset, entries=dataset.entries * 500)
    batches = Batches(make_samples(many), 1)
    batches.workers[0].process.kill()
    with batches, pytest.raises(WorkError, match="--resume and fewer --workers"):
        next(batches.iterate_epoch(0))


def test_a_worker_killed_in_the_middle_of_a_batch_is_not_waited_for(drawn_dataset: Path) -> None:
    """A worker that ends with half a batch handed over ends training just the same."""
    sources = [Source(load_dataset(drawn_dataset), 2)]
    with Batches(Dying(sources, ARCHITECTURE, batch_size=4, seed=3), 2) as batches:
        stream = batches.iterate_epoch(0)
        list(islice(stream, 2))
        with pytest.raises(WorkError, match="--resume and fewer --workers"):
            next(stream)


def test_what_a_worker_cannot_read_is_said_as_without_workers(
    drawn_dataset: Path, tmp_path: Path
) -> None:
    """A picture that goes bad while training runs stops it with the sentence that names it."""
    spoiled = shutil.copytree(drawn_dataset, tmp_path / "spoiled")
    for picture in (spoiled / "images").iterdir():
        picture.write_bytes(b"no picture")
    for workers in (0, 1):
        with (
            Batches(make_samples(load_dataset(spoiled)), workers) as batches,
            pytest.raises(UsageError, match=r"images/drawn-\d+.png is not a readable picture"),
        ):
            next(batches.iterate_epoch(0))


def test_workers_share_the_memory_for_pictures(drawn_dataset: Path) -> None:
    """However many processes augment, together they keep no more pictures than one would."""
    dataset = load_dataset(drawn_dataset)
    picture = dataset.read_image(dataset.select("train")[0])
    one = make_samples(dataset, cache_bytes=8 * picture.nbytes)
    part = make_samples(dataset, cache_bytes=8 * picture.nbytes)
    part.share_cache(4)
    for samples in (one, part):
        for step, chosen in enumerate(samples.draw_order(0)):
            samples.make_batch(0, step, chosen)
    assert 0 < len(part._cache) < len(one._cache)


def _runs(process: Path) -> bool:
    try:
        return ") Z " not in (process / "stat").read_text()
    except OSError:
        return False


def test_training_itself_asks_for_no_tensorflow() -> None:
    """With KERAS_BACKEND=jax and no TensorFlow `fit` loads: what wants it imports it when used."""
    listed = (
        "import sys, train.training.loop\n"
        "print([name for name, module in sys.modules.items() "
        "if name.startswith('train') and hasattr(module, 'tf')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
