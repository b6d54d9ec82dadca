"""`make vm-test`: boots the machine, lets things go wrong, prints a line for each."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.markdown.page import Page, format_command
from device.bundle.bundle import load_bundle
from tests.vm import camera_faults, installing, killing, needs, power_cut
from tests.vm.guest import GuestError
from tests.vm.image import ROOT, make_image
from tests.vm.report import Report
from tests.vm.studio import Studio
from tests.vm.tiny_bundle import make_tiny_bundle

_SHIPPED = ROOT / "device/models/garment"


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; return 0 when all held, 1 when something did not, 2 when something is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.vm", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / ".vm-test", help="keeps the image")
    parser.add_argument(
        "--has-kvm", action="store_true", help="only say whether the processor can run it; 0 if so"
    )
    parser.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    options = parser.parse_args(argv)
    missing, slow = needs.missing(), needs.why_not_kvm()
    if options.has_kvm:
        print("KVM works" if slow is None else f"the machine would be emulated: {slow}")
        return 0 if slow is None else 1
    if missing is not None:
        print(f"vm-test: {missing}", file=sys.stderr)
        return 2
    if slow is not None:
        print(f"the machine is emulated, which is slow: {slow}", file=sys.stderr)
    start_s = time.monotonic()
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        image = make_image(options.work)
        bundle = _SHIPPED if slow is None else make_tiny_bundle(options.work / "tiny-bundle")
    except subprocess.CalledProcessError as error:
        print(f"vm-test: {error.cmd[0]} failed, see above", file=sys.stderr)
        return 1
    ready_s = time.monotonic() - start_s
    print(f"      image ready after {ready_s:.0f} s", file=sys.stderr, flush=True)
    report = Report(sys.stderr if options.markdown else sys.stdout)
    with tempfile.TemporaryDirectory(dir=options.work, prefix="run-") as folder:
        studio = Studio(Path(folder), image, bundle, kvm=slow is None)
        try:
            studio.boot()
            run(studio, report)
        except GuestError as error:
            report.check("the machine is there", holds=False, seen=error)
            print(studio.machine.log.read_text("utf-8", errors="replace")[-2000:], file=sys.stderr)
        finally:
            studio.close()
    summary = f"{report.passed} passed, {report.failed} failed in"
    summary += f" {time.monotonic() - start_s:.0f} s"
    if options.markdown:
        print(_make_page(report, summary, slow, argv).text(), flush=True)
    else:
        print(summary, flush=True)
    return 1 if report.failed else 0


def _make_page(report: Report, summary: str, slow: str | None, argv: Sequence[str] | None) -> Page:
    emulated = f"The machine was emulated, with a tiny model: {slow}."
    return Page(
        "A rig in a virtual machine",
        [] if slow else [load_bundle(_SHIPPED)],
        format_command("tests.vm", sys.argv[1:] if argv is None else argv),
        report.table(),
        (f"Debian 12 with systemd and two cameras of the kernel module `vivid`: {summary}.",)
        + ((emulated,) if slow else ()),
    )


def run(studio: Studio, report: Report) -> None:
    """All scenarios; each finds and leaves two rigs that are well."""
    report.measured("systemd is up as PID 1", studio.boot_s)
    before: list[str] = []
    report.attempt("installation", lambda: before.append(installing.install(studio, report)))
    if not before:
        return  # Nothing of what follows could hold.
    report.attempt("sandbox", lambda: installing.sandbox(studio, report))
    report.attempt("no camera", lambda: installing.complain(studio, report))
    # The watchdog takes half a minute: meanwhile the other rig has its troubles.
    pid, frozen_s = killing.freeze(studio, "studio-2")
    report.attempt("killed daemon", lambda: killing.kill(studio, report, "studio-1"))
    report.attempt(
        "frozen daemon", lambda: killing.thawed(studio, report, "studio-2", pid, frozen_s)
    )
    report.attempt("formats", lambda: camera_faults.formats(studio, report, "studio-1"))
    for fault in camera_faults.FAULTS:
        failing = partial(camera_faults.fail, studio, report, "studio-1", fault)
        report.attempt(f"camera {fault.name}", failing)
    report.attempt("power cut", lambda: power_cut.cut(studio, report, "studio-1"))
    report.attempt("removal", lambda: installing.uninstall(studio, report, before[0]))


if __name__ == "__main__":
    sys.exit(main())
