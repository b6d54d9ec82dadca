"""The shot list that the settings name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from device.errors import UsageError
from device.shot_list.csv_table import LARGEST_BYTES, read_table
from device.shot_list.shot_list import ShotList


def load_file(path: Path | None, shot_list: ShotList, serial: int) -> None:
    """Load the list of a file, unless it is the one that was loaded from there last.

    So a restart keeps a list that was loaded by command meanwhile, and a changed file is taken up.

    Args:
        path: the CSV; None for none.
        shot_list: takes it.
        serial: the number of the newest shot of the rig.

    Raises:
        UsageError: it cannot be read, or has faults.
        JournalError: the disk of the state folder did not take it.
    """
    if path is None:
        return
    try:
        with path.expanduser().open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"the shot list {path} cannot be read ({error.strerror}): give --shot-list a CSV file"
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != shot_list.file_sha256:
        rows = read_table(data)
        shot_list.load(rows, path.name, serial=serial, file_sha256=sha256)
