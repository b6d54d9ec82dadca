"""`python -m device.run`: the daemon."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped at once; shots that were taken are in the spool")

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.system.log_format import journal_reads, start_log

_LOG = logging.getLogger(__name__)
_EPILOG = """\
Every flag down to --broker-wait-s is also a key of the TOML file given with --config
(camera = "0"); flags win.
Exit code 0: done; 1: shots wait in the spool or the work failed; 2: wrong usage.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = vars(_parser().parse_args(argv))
    check_only, file = options.pop("check_config"), options.pop("config")
    verbose = options.pop("verbose")
    # Nothing that is loaded now is ever let go: to look for garbage meanwhile costs a tenth of it.
    gc.disable()
    try:
        from device.settings.config import load_config  # noqa: PLC0415 - --help stays fast.
        from device.settings.toml_text import describe  # noqa: PLC0415 - as above.

        config = load_config(file, options)
        if check_only:
            print(describe(config))
            return 0
        start_log(verbose=verbose)
        from device.daemon.startup import EarlyCameraStart  # noqa: PLC0415 - as above.
        from device.system.malloc import keep_few_heaps  # noqa: PLC0415 - as above.

        keep_few_heaps()
        begun = EarlyCameraStart(config)
        try:
            from device.daemon.composition import run_daemon  # noqa: PLC0415 - the camera opens meanwhile.

            run_daemon(config, begun)
        finally:
            begun.release()  # Also where the rest did not load: no SDK outlives the interpreter.
    except (UsageError, WorkError) as error:
        if not journal_reads(sys.stderr.fileno()):
            return report_error(error)
        _LOG.error("%s", error)
        return error.exit_code
    except ImportError as error:
        return report_error(error)
    finally:
        gc.enable()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.run",
        description="Cut garments out of a camera's stream and publish them over MQTT.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--camera",
        metavar="SPEC",
        help="0, /dev/video0, picamera2:0, rtsp://…, http://…, a video file, demo, folder:DIR (each"
        " photo that comes into it, once and for all) or photos:DIR (those in it, then end)",
    )
    add(
        "--broker",
        metavar="ADDRESS",
        help="mqtt[s]://[user@]host[:port], or embedded[:PORT] for one inside this process"
        " (default: embedded)",
    )
    add("--rig", metavar="NAME", help="this rig's name in every topic (default: the host's)")
    add("--prefix", metavar="PREFIX", help="first levels of every topic (default: selvedge)")
    add("--model", metavar="BUNDLE", type=Path, help="model bundle (default: the one shipped)")
    add("--trust", metavar="PUBKEY", type=Path, help="run only bundles signed with this key")
    add("--backend", choices=("auto", "cpu", "edgetpu"), help="what runs the model")
    add("--threads", metavar="N", type=int, help="CPU threads for the model")
    add(
        "--trigger",
        choices=("still", "every", "command"),
        help="shoot when the scene has settled (default; a photo in a folder always has), every"
        " frame, or only on request; requests over MQTT are answered under all three",
    )
    add("--shots", metavar="N", type=int, help="end after N shots")
    add("--seconds", metavar="S", type=float, help="end after S seconds")
    add("--state-dir", metavar="DIR", type=Path, help="where unsent shots are kept")
    add("--password-file", metavar="FILE", type=Path, help="the broker's password, one line")
    add("--ca-file", metavar="FILE", type=Path, help="certificate authorities to trust for mqtts")
    add("--cert-file", metavar="FILE", type=Path, help="this rig's certificate for mqtts")
    add("--key-file", metavar="FILE", type=Path, help="the private key that belongs to it")
    add(
        "--broker-wait-s",
        metavar="S",
        type=float,
        help="wait so long for the broker at the start (default 5; inf: start without it)",
    )
    add("--config", metavar="FILE", type=Path, help="TOML file with the same settings")
    add(
        "--check-config",
        action="store_true",
        help="print the settings in effect and end; whether"
        " camera, model and broker are there `python -m device.doctor --config FILE` tells",
    )
    add("--verbose", action="store_true", help="log more")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
