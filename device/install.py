"""`python -m device.install`: rigs as systemd services, put in place and taken away again."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from device.ending import told
from device.errors import UsageError, WorkError
from device.installed_files import InstalledFiles
from device.names import checked_name

SOURCES = Path(__file__).resolve().parents[1] / "systemd"
_UNIT = "selvedge@.service"
_PYTHON = "/opt/selvedge/venv/bin/python"
# The unit's sandbox hides these from it.
_HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - only named


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        rig = checked_name(options.rig, "rig")
        if options.remove:
            remove(rig, options.root)
        else:
            install(rig, options.root, Path(sys.executable), start=not options.no_start)
    except (UsageError, WorkError) as error:
        return told(error)
    return 0


def install(rig: str, root: Path, python: Path, *, start: bool) -> None:
    """Put everything in place; what is there already and the same is left alone.

    Args:
        rig: name of the instance and of the rig.
        root: where the system's folders are; anything but ``/`` starts nothing.
        python: the interpreter that runs the daemon.
        start: enable the service and start it.

    Raises:
        UsageError: this user may not, or the service could not see the interpreter.
        WorkError: one of systemd's programs failed.
    """
    files = InstalledFiles(root)
    sources = {name: _source(name) for name in (_UNIT, "selvedge.sysusers.conf")}
    sources |= {name: _source(name) for name in ("selvedge.tmpfiles.conf", "studio-1.example.toml")}
    _check_visible(python, root)
    files.write(f"etc/systemd/system/{_UNIT}", sources[_UNIT].replace(_PYTHON, str(python)))
    files.write("etc/sysusers.d/selvedge.conf", sources["selvedge.sysusers.conf"])
    files.write("etc/tmpfiles.d/selvedge.conf", sources["selvedge.tmpfiles.conf"])
    example = sources["studio-1.example.toml"].replace("studio-1", rig)
    files.write_once(f"etc/selvedge/{rig}.toml", example)
    if root == Path("/"):
        _run("systemd-sysusers", "/etc/sysusers.d/selvedge.conf")
        _run("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/selvedge.conf")
        _run("systemctl", "daemon-reload")
        if start:
            _run("systemctl", "enable", "--now", f"selvedge@{rig}.service")
    print(f"set the camera and the broker in {root / f'etc/selvedge/{rig}.toml'}, then:")
    print(f"  systemctl {'restart' if start else 'enable --now'} selvedge@{rig}")


def remove(rig: str, root: Path) -> None:
    """Undo it: what was written and not changed since goes; configuration and shots stay.

    Raises:
        UsageError: this user may not.
        WorkError: one of systemd's programs failed.
    """
    files = InstalledFiles(root)
    if root == Path("/"):
        _run("systemctl", "disable", "--now", f"selvedge@{rig}.service")
    files.remove(f"etc/selvedge/{rig}.toml")
    if files.instances():
        print(f"other rigs stay: {', '.join(files.instances())}")
    else:
        for name in (
            *("etc/tmpfiles.d/selvedge.conf", "etc/sysusers.d/selvedge.conf"),
            f"etc/systemd/system/{_UNIT}",
        ):
            files.remove(name)
        files.forget()
    if root == Path("/"):
        _run("systemctl", "daemon-reload")
    state = root / "var/lib/selvedge" / rig
    if state.exists():
        print(f"shots and numbers stay in {state}")


def _source(name: str) -> str:
    try:
        return (SOURCES / name).read_text("utf-8")
    except OSError as error:
        raise UsageError(
            f"{SOURCES / name} cannot be read ({error.strerror}): install from Selvedge's source"
            " tree, pip install --editable"
        ) from error


def _check_visible(python: Path, root: Path) -> None:
    """The service sees no home folders: neither its interpreter nor its code may lie there."""
    if root != Path("/"):
        return
    for path in (python, SOURCES):
        if any(path.is_relative_to(hidden) for hidden in _HIDDEN):
            raise UsageError(
                f"{path} is in a folder that the service is not let into: put the source tree and"
                " its virtual environment under /opt/selvedge and run this from there"
            )


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed programs, checked name
    except OSError as error:
        raise WorkError(
            f"{command[0]} does not start ({error.strerror}): is this systemd?"
        ) from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise WorkError(f"{' '.join(command)} failed: {said}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.install",
        description="Install a rig as the systemd service selvedge@RIG, or remove it. Run as root;"
        " run again it changes nothing. Each rig on a machine is an instance of its own.",
    )
    add = parser.add_argument
    add("--rig", required=True, metavar="NAME", help="the rig's name")
    add("--remove", action="store_true", help="undo it; configuration that was changed stays")
    add("--no-start", action="store_true", help="do not enable and start the service")
    add(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="write below this folder instead, as for an image; starts nothing",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
