"""A record of the files that the installation wrote, and nobody has changed since."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from device.errors import UsageError
from device.system.durable_file import write_durably

_RECORD = "etc/selvedge/.installed.json"
_CONFIGURATION = r"etc/selvedge/[^/]+\.toml"
# In place of the digest of a file that was there before.
_OF_A_PERSON = "-"


class InstalledFiles:
    """Writes and removes files below a root; remembers in a record what it wrote."""

    def __init__(self, root: Path) -> None:
        """Read the record, if there is one.

        Args:
            root: ``/``, or the folder of an image.

        Raises:
            UsageError: the record is there and cannot be read.
        """
        self._root = root
        self._written: dict[str, str] = {}
        record = root / _RECORD
        try:
            if record.exists():
                written = json.loads(record.read_bytes())
                self._written = {str(name): str(digest) for name, digest in written.items()}
        except (OSError, ValueError, AttributeError) as error:
            raise UsageError(f"{record} cannot be read ({error}): run this as root") from error

    def write(self, name: str, text: str) -> None:
        """Write a file that belongs to Selvedge, unless it is there as it should be.

        Raises:
            UsageError: this user may not write there.
        """
        path = self._root / name
        if _digest_file(path) == _digest_text(text):
            print(f"{path}: as it should be")
        else:
            self._put(path, text)
        self._remember(name, _digest_text(text))

    def write_once(self, name: str, text: str) -> None:
        """Write a file that then belongs to a person: one that is there stays as it is.

        It may come to hold a login, so it is for its owner and group alone.
        """
        path = self._root / name
        if path.exists():
            print(f"{path}: stays as it is")
            self._remember(name, self._written.get(name, _OF_A_PERSON))
            return
        self._put(path, text, 0o640)
        self._remember(name, _digest_text(text))

    def differs(self, name: str, text: str) -> bool:
        """Return whether a file is missing or holds another text."""
        return _digest_file(self._root / name) != _digest_text(text)

    def remove(self, name: str, *, changed_too: bool = False) -> None:
        """Remove a file if nobody has changed it; else print that it stays.

        Args:
            name: path below the root.
            changed_too: remove it whatever it holds.

        Raises:
            UsageError: this user may not.
        """
        path = self._root / name
        known = self._written.pop(name, None)
        if not path.exists():
            return
        if not changed_too and (known is None or _digest_file(path) != known):
            print(f"{path}: stays, for it was changed or not written by this command")
            self._save()
            return
        try:
            path.unlink()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be removed ({error.strerror}): run this as root"
            ) from error
        print(f"{path}: removed")
        self._save()

    def list_rigs(self) -> list[str]:
        """Return the rigs that are installed: recorded, or enabled by hand.

        A configuration alone is no rig: one that was changed stays when its rig is removed.
        """
        recorded = {name for name in self._written if re.fullmatch(_CONFIGURATION, name)}
        names = {Path(name).stem for name in recorded if (self._root / name).exists()}
        links = (self._root / "etc/systemd/system").glob("*.wants/selvedge@*.service")
        return sorted(names | {link.stem.partition("@")[2] for link in links})

    def forget(self) -> None:
        """Remove the record, and each folder that was created for its files and is empty now."""
        record = self._root / _RECORD
        record.unlink(missing_ok=True)
        created = [self._root / name for name in self._written if name.endswith("/")]
        for folder in (*sorted(created, reverse=True), record.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _put(self, path: Path, text: str, mode: int = 0o644) -> None:
        try:
            self._make_folder(path.parent)
            write_durably(path, text.encode())
            path.chmod(mode)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written ({error.strerror}): run this as root"
            ) from error
        print(f"{path}: written")

    def _make_folder(self, folder: Path) -> None:
        """Create a folder and those above it; record which were not there."""
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir()
            self._written[f"{folder.relative_to(self._root)}/"] = ""

    def _remember(self, name: str, digest: str) -> None:
        if self._written.get(name) != digest:
            self._written[name] = digest
            self._save()

    def _save(self) -> None:
        record = self._root / _RECORD
        record.parent.mkdir(parents=True, exist_ok=True)
        write_durably(record, json.dumps(self._written, indent=1).encode())


def _digest_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_file(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
