"""`python -m device.doctor`: whether everything is here that a rig needs, and what to do if not."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped before the last check")

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path

from device.bundle.shipped import default_bundle_path
from device.checks.broker import check_broker
from device.checks.camera import check_camera
from device.checks.clock import check_clock
from device.checks.disk import check_disk
from device.checks.finding import Finding, make_failure
from device.checks.model import check_model
from device.checks.pictures import check_pictures
from device.checks.temperature import check_temperature
from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.exit_code import report_error
from device.cli.interrupts import InterruptibleScope
from device.cli.missing_package import missing_package_error
from device.cli.setting_flags import add_login_flags, add_setting_flag, read_broker
from device.contract.names import check_name, check_prefix
from device.contract.topics import Topics
from device.errors import UsageError
from device.settings.broker_address import BrokerAddress
from device.settings.camera_spec import CameraSpec
from device.settings.config import Config
from device.settings.credentials import (
    CERT_CREDENTIAL,
    KEY_CREDENTIAL,
    add_user,
    find_credential,
    read_password,
)
from device.system.hidden_logins import hide_logins
from device.system.state_dir import default_state_dir


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 when nothing FAILs, else 1."""
    options = build_parser().parse_args(argv)
    findings: list[Finding] = []
    try:
        for found in _run_checks(options):
            finding = replace(found, detail=hide_logins(found.detail), mend=hide_logins(found.mend))
            findings.append(finding)
            if not options.json:
                print(finding, flush=True)
    except UsageError as error:
        return report_error(error)
    healthy = all(finding.level != "FAIL" for finding in findings)
    if options.json:
        report = {"healthy": healthy, "checks": [asdict(finding) for finding in findings]}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0 if healthy else 1


def _run_checks(options: argparse.Namespace) -> Iterator[Finding]:
    """Check one thing after the other; what others depend on comes first."""
    try:
        subject = _read_config(options)
    except ImportError as error:
        yield make_failure("config", missing_package_error(error))
        subject = _read_flags(options)
    rig = subject.rig
    password = read_password(subject.password_file, rig)
    yield from check_pictures()
    yield from check_model(subject.model, subject.trust)
    yield check_camera(subject.camera, subject.camera_password_file, rig)
    yield check_broker(
        None if subject.broker is None else add_user(subject.broker, rig),
        password,
        ca_file=subject.ca_file,
        cert_file=subject.cert_file or find_credential(CERT_CREDENTIAL, rig),
        key_file=subject.key_file or find_credential(KEY_CREDENTIAL, rig),
        topics=None if rig is None else Topics(subject.prefix, rig),
    )
    with InterruptibleScope():  # It leaves no file behind.
        disk = check_disk(subject.state_dir)
    yield disk
    yield check_clock(subject.state_dir)
    yield check_temperature()


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is to be checked; None where the user named nothing."""

    model: Path
    trust: Path | None
    camera: CameraSpec | str | None
    camera_password_file: Path | None
    broker: BrokerAddress | None
    rig: str | None
    prefix: str
    password_file: Path | None
    ca_file: Path | None
    cert_file: Path | None
    key_file: Path | None
    state_dir: Path


def _read_config(options: argparse.Namespace) -> _Subject:
    if options.config is None:
        return _read_flags(options)
    from device.settings.loading import load_config  # noqa: PLC0415 - a broken numpy is a finding.

    flags = {key: getattr(options, key) for key in (each.name for each in fields(_Subject))}
    config = load_config(options.config, flags)
    return _Subject(**{key: getattr(config, key) for key in flags})


def _read_flags(options: argparse.Namespace) -> _Subject:
    return _Subject(
        model=options.model or default_bundle_path(),
        trust=options.trust,
        camera=options.camera,
        camera_password_file=options.camera_password_file,
        rig=None if options.rig is None else check_name(options.rig, "rig"),
        prefix=check_prefix(options.prefix or "selvedge"),
        broker=None if options.broker is None else read_broker(options),
        password_file=options.password_file,
        ca_file=options.ca_file,
        cert_file=options.cert_file,
        key_file=options.key_file,
        state_dir=options.state_dir or default_state_dir(),
    )


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("doctor"),
        description="Check what a rig needs: model, interpreter, camera, broker, disk, heat.",
        epilog="Exit code 0 when no check FAILs, else 1; 2 when it was asked in a wrong way.",
    )
    path = partial(parser.add_argument, type=Path)
    parser.add_argument("--camera", metavar="SPEC", help="camera to check, as for device.run")
    parser.add_argument("--broker", metavar="ADDRESS", help="broker to check, as for device.run")
    parser.add_argument("--rig", metavar="NAME", help="rig whose rights at the broker to check")
    parser.add_argument("--prefix", metavar="PREFIX", help="first levels of every topic")
    path("--config", metavar="FILE", help="the daemon's TOML file; flags override it")
    add_login_flags(parser)
    add_setting_flag(parser, Config, "camera_password_file")
    path("--model", metavar="BUNDLE", help="model bundle (default: the one that ships)")
    path("--trust", metavar="PUBKEY", help="public key that must have signed the bundle")
    path("--state-dir", metavar="DIR", help="folder of the spool")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
