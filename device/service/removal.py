"""Removes an installed rig."""

from __future__ import annotations

import pwd
import shutil
from pathlib import Path

from device.contract.names import is_shot_id
from device.errors import UsageError
from device.service import systemd as service
from device.service.installed_files import InstalledFiles

UNIT = "selvedge@.service"
_USER = "selvedge"
# Made by systemd-tmpfiles, so not in the record; they stay if anything is in them.
_FOLDERS = ("etc/credstore", "var/lib/selvedge")


def remove(rig: str, root: Path, *, purge: bool = False) -> None:
    """Undo the installation: what was written and nobody has changed goes.

    Args:
        rig: name of the instance.
        root: where the system's folders are; anything but ``/`` stops nothing.
        purge: what a person changed and the rig's state go too, and with the last rig its user.

    Raises:
        UsageError: this user may not, or shots wait that purging would delete.
        WorkError: one of systemd's programs failed.
    """
    files, state = InstalledFiles(root), root / "var/lib/selvedge" / rig
    if purge:
        _check_delivered(state)
    unit = root / "etc/systemd/system" / UNIT
    if root == Path("/") and unit.exists():  # Else it was removed before.
        service.run("systemctl", "disable", "--quiet", "--now", f"selvedge@{rig}.service")
    files.remove(f"etc/selvedge/{rig}.toml", changed_too=purge)
    if purge and state.exists():
        shutil.rmtree(state)
        print(f"{state}: removed")
    elif state.exists():
        print(f"shots and numbers stay in {state}")
    others = files.instances()
    if others:
        print(f"other rigs stay: {', '.join(others)}")
    else:
        _remove_shared(files, root)
    if root == Path("/"):
        service.run("systemctl", "daemon-reload")
        if purge and not others and _has_user():
            service.run("userdel", _USER)


def _has_user() -> bool:
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        return False
    return True


def _remove_shared(files: InstalledFiles, root: Path) -> None:
    for name in (
        *("etc/tmpfiles.d/selvedge.conf", "etc/sysusers.d/selvedge.conf"),
        f"etc/systemd/system/{UNIT}",
    ):
        files.remove(name)
    files.forget()
    for folder in (root / name for name in _FOLDERS):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _check_delivered(state: Path) -> None:
    """Refuse while shots wait for the broker: only a person deletes those, on purpose.

    Besides shots the spool may hold leftovers: a shot whose writing or deleting a power cut
    interrupted, under a name with a leading dot. Nobody waits for those.
    """
    spool = state / "spool"
    try:
        entries = list(spool.iterdir()) if spool.is_dir() else []
    except OSError as error:
        raise UsageError(f"{spool} cannot be read ({error.strerror}): run this as root") from error
    waiting = sum(is_shot_id(entry.name) for entry in entries)
    if waiting:
        raise UsageError(
            f"{waiting} shots wait in {spool}: let the rig run until the broker has them, or delete"
            " that folder first"
        )
