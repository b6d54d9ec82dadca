"""`python -m device.demo`: the whole way on a bundled clip, without any hardware.

What `make demo` runs: a broker, the real daemon on the clip, the real subscriber; then it says
what was published and where the cutouts are.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from device.cli.command_name import name_command
from device.demo.traffic import Traffic
from device.errors import UsageError, WorkError
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.camera_spec import DEMO_AGAIN
from device.system.path_check import check_writable

GARMENTS = 5  # in the bundled clip
_RIG = "demo"
# The broker is in this process: it answers at once, or not at all.
_CONNECT_TIMEOUT_S = 5.0
# The clip lasts 10 s and ends the daemon; a busy Pi needs several times as long.
_DAEMON_S = 75.0
# After the daemon has ended nothing new comes.
_SUBSCRIBER_S = 10.0
# As long as a shot in hand may take to be finished.
_END_S = 10.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = build_parser().parse_args(argv)
    # Like Ctrl-C: the parts are ended and what is temporary is removed on the way out.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demonstrate(options.save, options.camera, options.model)
        if sys.stdout.isatty() and sys.stderr.isatty():
            keep_page(options.camera, options.model)
    except (UsageError, WorkError) as error:
        print(f"selvedge: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("selvedge: the demonstration was stopped", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = argparse.ArgumentParser(
        prog=name_command("demo"),
        description="Run the daemon on the bundled clip and save one cutout per garment.",
    )
    parser.add_argument("--save", type=Path, default=Path("catalogue"), metavar="DIR")
    parser.add_argument("--model", type=Path, metavar="BUNDLE", help="default: the one shipped")
    parser.add_argument(
        "--camera", default="demo", metavar="SPEC", help="another source than the bundled clip"
    )
    return parser


def demonstrate(save: Path, camera: str = "demo", model: Path | None = None) -> None:
    """Run broker, daemon and subscriber, and leave the cutouts in ``save``.

    Raises:
        UsageError: the folder or the camera cannot be used.
        WorkError: a part failed, or fewer cutouts arrived than the clip has garments.
    """
    check_writable(save, "--save")
    try:
        save.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{save} cannot be created ({error.strerror}): give another --save"
        ) from error
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selvedge-demo-")))
        broker = stack.enter_context(closing(EmbeddedBroker(0)))
        address = f"mqtt://127.0.0.1:{broker.address.port}"
        traffic = Traffic()
        login = MqttLogin(broker.address, "selvedge-traffic", subscriptions=("selvedge/#",))
        listener = stack.enter_context(closing(MqttPublisher(login, traffic.receive)))
        listener.connect(_CONNECT_TIMEOUT_S)
        with _hold_signals():
            subscriber = _start_subscriber(address, work / "saved")
            stack.callback(_end, subscriber)
        _await_listening(subscriber)
        with _hold_signals():
            daemon = _start_daemon(address, camera, model, work / "state")
            stack.callback(_end, daemon)
        _wait(daemon, "the daemon", _DAEMON_S)
        try:
            subscriber.wait(timeout=_SUBSCRIBER_S)
        except subprocess.TimeoutExpired:
            _end(subscriber)
        pictures = _copy(work / "saved", save)
        print(f"\npublished at {address}:\n{traffic.summary()}")
    _report(save, pictures)


def keep_page(camera: str = "demo", model: Path | None = None) -> None:
    """Run a rig with its page until Ctrl-C, on the clip over and over.

    Raises:
        WorkError: the rig did not start, or ended by itself.
    """
    print("\nthe rig goes on, with the operator's page in a browser, until Ctrl-C:", flush=True)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selvedge-demo-")))
        broker = stack.enter_context(closing(EmbeddedBroker(0)))
        # Enough to look at the last shots and to correct them; it may run all day.
        settings = "[archive]\nmax_mb = 200\nframes_max_mb = 200\n"
        (work / "rig.toml").write_text(settings, "utf-8")
        again = DEMO_AGAIN if camera == "demo" else camera
        with _hold_signals():
            daemon = _start_daemon(
                f"mqtt://127.0.0.1:{broker.address.port}",
                again,
                model,
                work / "state",
                ("--config", str(work / "rig.toml")),
            )
            stack.callback(_end, daemon)
        try:
            code = daemon.wait()
        except KeyboardInterrupt:
            return
    if code != 0:
        raise WorkError(f"the daemon ended with exit code {code}; what it said is above")


@contextmanager
def _hold_signals() -> Iterator[None]:
    """Stop after a part was started, not amid it: one that nobody knows of is ended by nobody.

    Raises:
        KeyboardInterrupt: a signal came meanwhile.
    """
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda number, _: came.append(number)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _start_subscriber(address: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "device.subscribe", "--broker", address]
    command += ["--save", str(folder), "--shots", str(GARMENTS), "--seconds", str(_DAEMON_S)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program


def _await_listening(subscriber: subprocess.Popen[str]) -> None:
    """Wait until the subscriber listens: the embedded broker keeps no cutouts for later."""
    assert subscriber.stdout is not None  # noqa: S101 - a pipe was asked for; for the type checker
    if not subscriber.stdout.readline():
        subscriber.wait()
        raise WorkError("the subscriber did not start; what it said is above")


def _start_daemon(
    address: str, camera: str, model: Path | None, state: Path, more: tuple[str, ...] = ()
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "device.run", "--camera", camera, "--broker", address]
    command += ["--rig", _RIG, "--state-dir", str(state)]
    command += [] if model is None else ["--model", str(model)]
    command += more
    print("$ python -m device.run", *command[3:7], "--rig", _RIG, flush=True)
    return subprocess.Popen(command, text=True)  # noqa: S603 - our own program


def _wait(process: subprocess.Popen[str], name: str, timeout_s: float) -> None:
    try:
        code = process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise WorkError(f"{name} was not done after {timeout_s:g} s") from error
    if code != 0:
        raise WorkError(f"{name} ended with exit code {code}; what it said is above")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _copy(saved: Path, save: Path) -> list[Path]:
    """Copy the cutouts under short names, in the order in which they were shot."""
    pictures = []
    shots = sorted(saved.glob("*.png"), key=lambda path: path.stem.rpartition("-")[2])
    for number, path in enumerate(shots, start=1):
        target = save / f"garment-{number}.png"
        target.write_bytes(path.read_bytes())
        announcement = path.with_suffix(".json")
        target.with_suffix(".json").write_bytes(announcement.read_bytes())
        pictures.append(target)
    return pictures


def _report(save: Path, pictures: list[Path]) -> None:
    if len(pictures) < GARMENTS:
        raise WorkError(
            f"{len(pictures)} of {GARMENTS} cutouts arrived in {save}: look at the log above"
        )
    from device.demo.contact_sheet import contact_sheet  # noqa: PLC0415 - --help stays fast

    sheet = save / "contact-sheet.png"
    contact_sheet(pictures).save(sheet)
    print(f"\n{len(pictures)} cutouts, transparent PNGs with their JSON beside them:")
    for picture in pictures:
        print(f"  {picture}  {picture.stat().st_size} bytes")
    print(f"all of them on a checkerboard:\n  {sheet}")


if __name__ == "__main__":
    sys.exit(main())
