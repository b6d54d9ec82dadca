"""Installs the systemd service."""

from __future__ import annotations

import compileall
from pathlib import Path

from device.errors import UsageError
from device.service import systemd as service
from device.service.installed_files import InstalledFiles
from device.service.removal import UNIT
from device.system.install_command import install_command

SOURCES = Path(__file__).resolve().parents[2] / "systemd"


_PYTHON = "/opt/selvedge/venv/bin/python"


# The unit's sandbox hides these from it.
_HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - only named


def install(rig: str, root: Path, python: Path, *, start: bool) -> None:
    """Put everything in place; leave alone what is there already and the same.

    Args:
        rig: name of the instance and of the rig.
        root: where the system's folders are; anything but ``/`` starts nothing.
        python: the interpreter that runs the daemon.
        start: enable the service and start it, unless its configuration is still the example.

    Raises:
        UsageError: this user may not, or the service could not see the interpreter.
        WorkError: one of systemd's programs failed, or the service does not come up.
    """
    files = InstalledFiles(root)
    sources = {name: _source(name) for name in (UNIT, "selvedge.sysusers.conf")}
    sources |= {name: _source(name) for name in ("selvedge.tmpfiles.conf", "studio-1.example.toml")}
    _check_visible(python, root)
    files.write(f"etc/systemd/system/{UNIT}", sources[UNIT].replace(_PYTHON, str(python)))
    files.write("etc/sysusers.d/selvedge.conf", sources["selvedge.sysusers.conf"])
    files.write("etc/tmpfiles.d/selvedge.conf", sources["selvedge.tmpfiles.conf"])
    configuration = f"etc/selvedge/{rig}.toml"
    example = sources["studio-1.example.toml"].replace("studio-1", rig)
    files.write_once(configuration, example)
    if root == Path("/"):
        _prepare()
        # With the example's broker it would only fill its spool with whatever the camera shows.
        if start and files.differs(configuration, example):
            service.start(f"selvedge@{rig}.service")
            print(f"selvedge@{rig} runs; after a change: systemctl restart selvedge@{rig}")
            return
    print(f"set the camera and the broker in {root / configuration}, then:")
    print(f"  systemctl enable --now selvedge@{rig}")


def _prepare() -> None:
    service.run("systemd-sysusers", "/etc/sysusers.d/selvedge.conf")
    service.run("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/selvedge.conf")
    service.run("systemctl", "daemon-reload")
    # The service may not write where the code lies, and would compile it anew at each start.
    compileall.compile_dir(SOURCES.parent / "device", quiet=2)


def _source(name: str) -> str:
    try:
        return (SOURCES / name).read_text("utf-8")
    except OSError as error:
        raise UsageError(
            f"{SOURCES / name} cannot be read ({error.strerror}): put Selvedge's source tree"
            f" there again, then run `{install_command()}`"
        ) from error


def _check_visible(python: Path, root: Path) -> None:
    """Refuse an interpreter or code in a home folder, which the service cannot see."""
    if root != Path("/"):
        return
    for path in (python, SOURCES):
        if any(path.is_relative_to(hidden) for hidden in _HIDDEN):
            raise UsageError(
                f"{path} is in a folder that the service is not let into: put the source tree and"
                " its virtual environment under /opt/selvedge and run this from there"
            )
