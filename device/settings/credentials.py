"""Logins at broker and camera: from a file or from systemd, never from the command line."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from device.errors import UsageError
from device.settings.broker_address import BrokerAddress
from device.settings.camera_spec import CameraSpec

_LOG = logging.getLogger(__name__)
CREDENTIAL = "mqtt-password"
USER_CREDENTIAL = "mqtt-user"
CERT_CREDENTIAL = "mqtt-cert"
KEY_CREDENTIAL = "mqtt-key"
CAMERA_CREDENTIAL = "camera-password"
PAGE_CREDENTIAL = "page-token"
_STORE = Path("/etc/credstore")


def read_password(password_file: Path | None, rig: str | None = None) -> str | None:
    """Read the broker's password.

    Args:
        password_file: the user's; None reads systemd's credential ``mqtt-password`` in
            ``$CREDENTIALS_DIRECTORY``.
        rig: see `find_credential`.

    Returns:
        The file's first line, or None without a file and a credential.

    Raises:
        UsageError: the file cannot be read, or its first line is empty.
    """
    path = password_file or find_credential(CREDENTIAL, rig)
    return None if path is None else _read_first_line(path)


class PasswordFile:
    """A file with a password, which may be changed while the program runs."""

    def __init__(self, path: Path) -> None:
        """Read it for the first time.

        Raises:
            UsageError: as `read_password`.
        """
        self._path = path
        self._password = _read_first_line(path)

    def read(self) -> str:
        """Return the password of this moment, or the last one if the file cannot be read now.

        A pipe gives its password once.
        """
        if self._path.is_file():
            try:
                self._password = _read_first_line(self._path)
            except UsageError as error:  # Somebody is changing it.
                _LOG.warning("%s; until then the one it had before is used", error)
        return self._password


def open_password(password_file: Path | None) -> PasswordFile | None:
    """Return the file of the broker's password, read once; see `read_password`.

    Raises:
        UsageError: as there.
    """
    path = password_file or find_credential(CREDENTIAL)
    return None if path is None else PasswordFile(path)


def _read_first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(
            f"the password file {path} cannot be read ({error.strerror}): name a file that this"
            " user may read"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the password file {path} is not UTF-8 text: write the password on its first line"
        ) from error
    if not lines or not lines[0]:
        raise UsageError(f"the password file {path} is empty: write the password on its first line")
    return lines[0]


def add_user(address: BrokerAddress, rig: str | None = None) -> BrokerAddress:
    """Return the address, with the name in systemd's credential ``mqtt-user`` if it has no user.

    Args:
        address: of the broker.
        rig: see `find_credential`.
    """
    path = find_credential(USER_CREDENTIAL, rig)
    if path is None or address.user is not None or address.embedded:
        return address
    return replace(address, user=read_password(path))


def open_camera_login(
    camera: CameraSpec, password_file: Path | None, rig: str | None = None
) -> Callable[[], CameraSpec]:
    """Return what gives the camera with its password, as it is at the time.

    Args:
        camera: as it was written.
        password_file: the user's; None reads systemd's credential ``camera-password``, which
            cameras without an address do without.
        rig: see `find_credential`.

    Raises:
        UsageError: the file cannot be read, or does not go with the address.
    """
    path = password_file or find_credential(CAMERA_CREDENTIAL, rig)
    if path is None or camera.kind != "stream":
        return lambda: camera
    file = PasswordFile(path)
    camera.with_password(file.read())
    return lambda: camera.with_password(file.read())


def find_credential(name: str, rig: str | None = None) -> Path | None:
    """Return the file in which systemd keeps a credential, or None.

    Args:
        name: of the credential.
        rig: whose service would get it, for a program that is no such service itself.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder:
        path = Path(folder) / name
        return path if path.is_file() else None
    path = _STORE / f"selvedge.{rig}.{name}"
    return path if rig is not None and os.access(path, os.R_OK) else None
