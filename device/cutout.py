"""`python -m device.cutout`: the daemon's pipeline on image files."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped before the first image")

import argparse
import signal
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import argparse_type
from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.missing_package import missing_package_error
from device.cli.output_flags import add_output_options, read_output_settings
from device.contract.content_type import SUFFIXES
from device.contract.text import format_count, strip_unprintable
from device.errors import UsageError, WorkError
from device.settings.output import OutputSettings
from device.settings.rules import threads
from device.settings.verdict import STANDARD
from device.system.file_name import fit_name
from device.system.hidden_logins import hide_logins
from device.system.parallel import own_workers
from device.system.path_check import check_writable, is_folder, is_there

if TYPE_CHECKING:
    from device.pipeline.cutout import Cutout
    from device.verdict.verdict import Verdict

ALPHA_ENDING = "-alpha.png"
"""Of the alpha beside a JPEG."""
PROGRESS_FROM = 5
"""From this many pictures on, each is reported on stderr when it is done."""

_LONGEST_LINE = 4096  # Paths may be long, and a sentence ends with what to do.


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(argv)
    try:
        with own_workers():
            failed = cut_all(
                options.images,
                options.output,
                alpha_only=options.alpha,
                bundle_path=options.model,
                num_threads=options.threads,
                second_look=not options.one_look,
                parts=not options.two_looks,
                settings=read_output_settings(options),
                verdicts=options.verdicts,
            )
    except (UsageError, WorkError) as error:
        _report(f"selvedge: {error}")
        return error.exit_code
    except ImportError as error:
        _report(f"selvedge: {missing_package_error(error)}")
        return UsageError.exit_code
    return UsageError.exit_code if failed else 0


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
    plan = plan_outputs(expand(images), output, suffix)
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
                _report(f"selvedge: {error}")
                continue
            for file, data in files.items():
                _write(file, data)
            judged.append((str(path), verdict))
            if cutout.frame.damage is not None:
                _report(
                    f"selvedge: {path} is damaged ({cutout.frame.damage}), and part of {target} is"
                    " made up: copy it again from the camera's card"
                )
            if cutout.mask.garment_share < STANDARD.garment_share:
                _report(f"selvedge: {path}: no garment was found, so {target} shows none")
            line = f"{target} {cutout.mask.garment_share:.0%} garment, {verdict}"
            if len(plan) >= PROGRESS_FROM:
                _report(f"{done}/{len(plan)} {line}")
            else:
                print(strip_unprintable(line, _LONGEST_LINE), flush=True)
    finally:
        if verdicts is not None:
            _write(verdicts, format_verdicts(judged))
    if failed and len(plan) >= PROGRESS_FROM:
        _report(f"selvedge: {failed} of {len(plan)} images passed over, each named above")
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


def expand(images: Sequence[Path]) -> list[Path]:
    """Return the files, and the photos of the folders; each file once.

    Raises:
        UsageError: one of them does not exist, or a folder holds no photo.
    """
    from device.imaging.photo_folder import list_photos  # noqa: PLC0415 - loads Pillow.

    files: dict[Path, Path] = {}
    for image in images:
        if is_folder(image):
            found = list_photos(image)
            _report_others(image)
        elif is_there(image):
            found = [image]
        else:
            raise UsageError(f"there is no image or folder {image}: check the path")
        files.update({path.resolve(): path for path in found})
    return list(files.values())


def _report_others(folder: Path) -> None:
    """Report how many of a folder's files are not photos: a camera's raw files, say."""
    from device.imaging.photo import FORMAT_NAMES, is_photo  # noqa: PLC0415 - loads Pillow.

    others = sum(
        not (is_photo(path) or path.name.startswith(".") or is_folder(path))
        for path in folder.iterdir()
    )
    if others:
        _report(
            f"selvedge: {folder}: {format_count(others, 'file')} passed over, not {FORMAT_NAMES}"
        )


def plan_outputs(files: Sequence[Path], output: Path, suffix: str = ".png") -> dict[Path, Path]:
    """Return the result's path for each input.

    Raises:
        UsageError: two inputs would share a result, or a result would replace an input.
    """
    inputs = {path.resolve() for path in files}
    owners: dict[str, Path] = {}
    for path in files:
        # Compared without case: some file systems keep IMG.png and img.png as one file.
        # Others spell an umlaut in one way only.
        owner = owners.setdefault(unicodedata.normalize("NFC", path.stem).casefold(), path)
        if owner is not path:
            raise UsageError(
                f"{owner} and {path} would both become {output / path.stem}{suffix}: "
                "rename one or cut them into different folders"
            )
        for ending in (suffix, ALPHA_ENDING) if suffix == SUFFIXES["jpeg"] else (suffix,):
            result = output / fit_name(path.stem, ending)
            if result.resolve() in inputs:
                raise UsageError(
                    f"{result} is itself one of the images and would be overwritten: "
                    "give another folder with -o"
                )
    return {path: output / fit_name(path.stem, suffix) for path in files}


def _report(line: str) -> None:
    """Print a line on stderr; file names may hold what a terminal cannot show."""
    print(hide_logins(strip_unprintable(line, _LONGEST_LINE)), file=sys.stderr, flush=True)


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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("cutout"),
        description="Cut the garment out of photos: transparent pictures at full resolution.",
        epilog="A path with nothing under it stops everything before the first picture. Of images"
        " that cannot be read each is reported, the others are cut all the same, and the exit code"
        " is 2.",
    )
    parser.add_argument(
        "images", nargs="+", type=_parse_path, metavar="IMAGE", help="file or folder"
    )
    parser.add_argument(
        "-o", "--output", type=_parse_path, required=True, metavar="DIR", help="folder for STEM.png"
    )
    parser.add_argument("--alpha", action="store_true", help="write the 8-bit alpha alone")
    parser.add_argument(
        "--model", type=Path, default=default_bundle_path(), metavar="BUNDLE", help="model bundle"
    )
    fewer = parser.add_mutually_exclusive_group()
    fewer.add_argument(
        "--one-look",
        action="store_true",
        help="show each photo to the model once: faster, less sure",
    )
    fewer.add_argument(
        "--two-looks",
        action="store_true",
        help="show it whole and as close as the garment allows, but none of its parts: faster, "
        "coarser edges",
    )
    parser.add_argument(
        "--verdicts",
        type=_parse_path,
        metavar="FILE",
        help="write each photo's verdict and measurements as a CSV table",
    )
    add_output_options(parser)
    parser.add_argument(
        "--threads",
        type=argparse_type(threads()),
        metavar="N",
        help="CPU threads (default: up to 4)",
    )
    return parser


def _parse_path(text: str) -> Path:
    if not text:  # Path("") is the working directory.
        raise argparse.ArgumentTypeError("'' names no file or folder")
    return Path(text)


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
