"""Cuts one photo after another; a bad one is passed over by name."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from device.batch.outputs import ALPHA_ENDING, list_images, plan_outputs
from device.batch.report import print_result, report
from device.bundle.bundle import load_bundle
from device.contract.content_type import SUFFIXES
from device.contract.text import strip_unprintable
from device.errors import UsageError, WorkError
from device.settings.output import OutputSettings
from device.settings.verdict import STANDARD
from device.system.file_name import fit_name
from device.system.path_check import check_writable

if TYPE_CHECKING:
    from device.pipeline.cutout import Cutout
    from device.verdict.verdict import Verdict

PROGRESS_FROM = 5
"""From this many pictures on, each is reported on stderr when it is done."""


def cut_all(
    images: Sequence[Path],
    output: Path,
    *,
    alpha_only: bool,
    bundle_path: Path,
    num_threads: int | None = None,
    second_look: bool = True,
    parts: bool = True,
    settings: OutputSettings = OutputSettings(),  # noqa: B008 - frozen
    verdicts: Path | None = None,
) -> int:
    """Cut the garment out of every image and write ``output/STEM.png``.

    An image over which anything fails is reported on stderr, and the others are cut.

    Args:
        images: files, or folders, of which all photos are cut.
        output: folder for the results, created if missing.
        alpha_only: write the 8-bit alpha instead of the RGBA picture.
        bundle_path: the model.
        num_threads: CPU threads, None for all cores up to four.
        second_look: run the model again on the garment that it found.
        parts: run it on tiles of the garment too.
        settings: layout and format; with JPEG, ``STEM-alpha.png`` is written beside it.
        verdicts: write a table of all verdicts here, see `device.verdict.table`.

    Returns:
        How many images were passed over.

    Raises:
        UsageError: before anything is written: no images, two of one stem, an input that would
            be overwritten, a folder that cannot be written, a bad bundle.
        WorkError: a result cannot be written, or a signal asked to stop.
    """
    # Imported late, so that --help and a wrong path answer at once.
    from device.imaging.library_switches import set_library_switches  # noqa: PLC0415 - see above.
    from device.imaging.photo import read_photo  # noqa: PLC0415 - see above.
    from device.imaging.picture_error import name_picture  # noqa: PLC0415 - see above.
    from device.pipeline.pipeline import Pipeline  # noqa: PLC0415 - see above.
    from device.runtimes.factory import open_runtime  # noqa: PLC0415 - see above.
    from device.verdict.measurements import measure  # noqa: PLC0415 - see above.
    from device.verdict.table import format_verdicts  # noqa: PLC0415 - see above.
    from device.verdict.verdict import judge  # noqa: PLC0415 - see above.

    suffix = ".png" if alpha_only else SUFFIXES[settings.format]
    plan = plan_outputs(list_images(images), output, suffix)
    check_writable(output, "-o")
    bundle = load_bundle(bundle_path)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    set_library_switches(photos=True)
    pipeline = Pipeline(bundle, runtime, zooms=second_look, tiles=parts)
    failed = 0
    judged: list[tuple[str, Verdict]] = []
    stopped = _stop_on_signals()
    try:
        for done, (path, target) in enumerate(plan.items(), start=1):
            if stopped:
                raise WorkError(f"stopped after {done - 1} of {len(plan)} images, which are whole")
            try:
                with name_picture(path, "cut"):
                    cutout = pipeline.cut(read_photo(path))
                    files = _encode(cutout, target, settings, alpha_only=alpha_only)
                    verdict = judge(measure(cutout))
            except UsageError as error:
                failed += 1
                report(f"selvedge: {error}")
                continue
            for file, data in files.items():
                _write(file, data)
            judged.append((str(path), verdict))
            if cutout.frame.damage is not None:
                report(
                    f"selvedge: {path} is damaged ({cutout.frame.damage}), and part of {target} is"
                    " made up: copy it again from the camera's card"
                )
            if cutout.mask.garment_share < STANDARD.garment_share:
                report(f"selvedge: {path}: no garment was found, so {target} shows none")
            line = f"{target} {cutout.mask.garment_share:.0%} garment, {verdict}"
            if len(plan) >= PROGRESS_FROM:
                report(f"{done}/{len(plan)} {line}")
            else:
                print_result(line)
    finally:
        if verdicts is not None:
            _write(verdicts, format_verdicts(judged))
    if failed and len(plan) >= PROGRESS_FROM:
        report(f"selvedge: {failed} of {len(plan)} images passed over, each named above")
    return failed


def _encode(
    cutout: Cutout, target: Path, settings: OutputSettings, *, alpha_only: bool
) -> dict[Path, bytes]:
    """Return the files to write: the result, and the alpha beside a JPEG before it."""
    from device.encoding.cutout_file import encode_alpha, encode_cutout  # noqa: PLC0415 - loads OpenCV.

    metadata = {
        "source": strip_unprintable(cutout.frame.source),
        "bundle_id": cutout.bundle_id,
        "backend": cutout.backend,
    }
    if alpha_only:
        return {target: encode_alpha(cutout, metadata, settings)}
    files: dict[Path, bytes] = {}
    if settings.format == "jpeg":
        beside = target.with_name(fit_name(cutout.frame.stem or target.stem, ALPHA_ENDING))
        files[beside] = encode_alpha(cutout, metadata, settings)
    files[target] = encode_cutout(cutout, metadata, settings)
    return files


def _stop_on_signals() -> list[int]:
    """Let Ctrl-C and SIGTERM end the work after the current picture.

    Returns:
        The signals received so far. A list, as a handler must not wait for an event's lock.
    """
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: stopped.append(number))
    return stopped


def _write(target: Path, data: bytes) -> None:
    from device.system.durable_file import write_durably  # noqa: PLC0415 - only when there is a result.

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkError(f"{target} cannot be written ({reason}): free or repair the disk") from None
