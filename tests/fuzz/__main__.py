"""`python -m tests.fuzz --files 50000`: broken files through what the rig does with a photo.

A worker process reads each file as daemon and `device.cutout` do; one in ``--cut-every`` that can
be read is cut and encoded too. What is neither a picture nor one sentence, and what ends or hangs
the worker, is kept in ``--keep`` under its number; the same seed makes the same files.
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.connection
import os
import random
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.encoding.cutout_file import encode_cutout
from device.errors import UsageError
from device.imaging.library_switches import set_library_switches
from device.imaging.photo import read_photo
from device.imaging.picture_error import name_picture
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.settings.output import OutputSettings
from tests.fuzz.mutations import mutate, repair_png
from tests.fuzz.names import pick_path, set_time
from tests.fuzz.samples import Samples, make_samples

_HANGS_S = 60.0
_OUTPUTS = (OutputSettings(), OutputSettings(format="webp", crop=True), OutputSettings("jpeg"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; 1 where anything escaped, crashed or hung."""
    options = _parse(argv)
    counts: Counter[str] = Counter()
    faults: list[str] = []
    at = options.first
    end = options.first + options.files
    while at < end:
        at = _run_worker(options, at, end, counts, faults)
    print(f"{options.files} files, seed {options.seed}:")
    for outcome, count in sorted(counts.items()):
        print(f"  {count:7d} {outcome}")
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


def _run_worker(
    options: argparse.Namespace, first: int, end: int, counts: Counter[str], faults: list[str]
) -> int:
    """Work through the files until the end or a fault of the worker; returns the next number."""
    here, there = multiprocessing.Pipe()
    arguments = (there, options.seed, first, end, options.cut_every, options.memory_mb)
    worker = multiprocessing.Process(target=_work, args=arguments, daemon=True)
    worker.start()
    there.close()
    number = first
    try:
        while number < end:
            if not here.poll(_HANGS_S):
                faults.append(f"{number}: hangs for {_HANGS_S:g} s")
                break
            outcome = here.recv()
            counts[outcome] += 1
            if outcome.startswith("ESCAPED"):
                faults.append(f"{number}: {outcome}")
                _keep(options, number)
            number += 1
    except EOFError:
        worker.join()
        faults.append(f"{number}: the process ended with {worker.exitcode}")
    worker.kill()
    worker.join()
    if number < end:
        _keep(options, number)
    return number + 1


def _work(
    answers: multiprocessing.connection.Connection,
    seed: int,
    first: int,
    end: int,
    cut_every: int,
    memory_mb: int,
) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    set_library_switches(photos=True)
    bundle = load_bundle(default_bundle_path())
    runtime, _ = open_runtime(bundle, "cpu", num_threads=1)
    pipeline = Pipeline(bundle, runtime, zooms=False, tiles=False)
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    samples = make_samples()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, end):
            path = _write(Path(folder), samples, seed, number)
            answers.send(_handle(path, pipeline if number % cut_every == 0 else None, number))
            path.unlink()


def _write(folder: Path, samples: Samples, seed: int, number: int) -> Path:
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a repeatable fuzz, no secret
    ending = list(samples)[number % len(samples)]
    others = [each for files in samples.values() for each in files]
    data = mutate(chance, chance.choice(samples[ending]), others)
    if ending == "png" and chance.random() < 0.7:  # What no checksum refuses goes deeper.
        data = repair_png(data)
    path = pick_path(chance, folder, ending)
    path.write_bytes(data)
    set_time(chance, path)
    return path


def _handle(path: Path, pipeline: Pipeline | None, number: int) -> str:
    """Do with a file what the rig does; returns the outcome in a few words."""
    kind = "".join(path.suffixes[-1:])
    try:
        frame = read_photo(path)
        if pipeline is None:
            return f"{kind} read" + (", damaged" if frame.damage else "")
        with name_picture(path, "cut"):
            encode_cutout(pipeline.cut(frame), {}, _OUTPUTS[number % len(_OUTPUTS)])
    except UsageError as error:
        return f"{kind} refused in one sentence" if str(error) else "ESCAPED: no sentence"
    except BaseException as error:  # noqa: BLE001 - what escapes is what is looked for.
        return f"ESCAPED {type(error).__name__}: {str(error)[:100]}"
    return f"{kind} cut and encoded"


def _keep(options: argparse.Namespace, number: int) -> None:
    options.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = _write(Path(folder), make_samples(), options.seed, number)
        (options.keep / f"{number}{path.suffix}").write_bytes(path.read_bytes())


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut-every", type=int, default=19)
    parser.add_argument("--memory-mb", type=int, default=0, help="limit of the worker")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-faults"))
    return parser.parse_args(argv)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
