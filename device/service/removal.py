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
_SYSTEM = Path("/")
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
    unit = root / "etc/systemd/system" / UNIT
    if root == _SYSTEM and unit.exists():  # Else it was removed before.
        service.run("systemctl", "disable", "--quiet", "--now", f"selvedge@{rig}.service")
    if purge:  # Not before: a running rig may take a shot, and finishes the one in hand.
        _check_delivered(state, rig)
    files.remove(f"etc/selvedge/{rig}.toml", changed_too=purge)
    if purge and state.exists():
        _delete(state)
    elif state.exists():
        print(f"shots and numbers stay in {state}")
    others = [other for other in files.list_rigs() if other != rig]
    if others:
        print(f"other rigs stay: {', '.join(others)}")
    else:
        _remove_shared(files, root)
    if root == _SYSTEM:
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


def _delete(state: Path) -> None:
    try:
        shutil.rmtree(state)
    except OSError as error:
        raise UsageError(
            f"{error.filename or state} cannot be removed ({error.strerror}): run this as root"
        ) from error
    print(f"{state}: removed")


def _check_delivered(state: Path, rig: str) -> None:
    """Refuse while shots wait for the broker: only a person deletes those, on purpose.

    Besides shots there may be leftovers: a shot whose writing or deleting a power cut interrupted,
    under a name with a leading dot. Nobody waits for those.
    """
    waiting, torn = (_count_shots(state / name) for name in ("spool", "torn"))
    if waiting:
        raise UsageError(
            f"{waiting} shots wait in {state / 'spool'}: run the rig again until the broker has"
            f" them, with `systemctl enable --now selvedge@{rig}`, or delete that folder first"
        )
    if torn:
        raise UsageError(
            f"{torn} shots that could not be sent lie in {state / 'torn'}: look at them, then"
            " delete that folder"
        )


def _count_shots(folder: Path) -> int:
    """Return how many shots lie in a folder; a number may follow the id of one in ``torn/``."""
    try:
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise UsageError(f"{folder} cannot be read ({error.strerror}): run this as root") from error
    return sum(is_shot_id(name) or is_shot_id(name.rpartition(".")[0]) for name in names)
