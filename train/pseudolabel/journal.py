"""The photos labelled so far, on disk, so that an interrupted run can resume.

The journal keeps measurements, not decisions: new limits apply to all photos in seconds.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from train.atomic_file import write_json
from train.datasets.dataset import write_picture
from train.errors import UsageError
from train.pseudolabel.acceptance import Measurements
from train.pseudolabel.labelling import ProposedMask


class Journal:
    """The folder ``work/`` of an output: settings, one line a photo, every proposed mask.

    Attributes:
        measurements: measurements of the labelled photos, by stem.
        faults: why a photo could not be labelled, by stem.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        """Open or start a journal.

        Args:
            folder: its folder.
            settings: everything that the measurements depend on.

        Raises:
            UsageError: the folder holds the journal of a run with other settings.
        """
        self._folder = folder
        self._lines = folder / "figures.jsonl"
        self.measurements: dict[str, Measurements] = {}
        self.faults: dict[str, str] = {}
        stored = folder / "settings.json"
        if not stored.is_file():
            write_json(stored, settings)
        elif json.loads(stored.read_text()) != settings:
            raise UsageError(
                f"{folder.parent} was begun with another model, teacher or data: name a new "
                "folder or remove it first"
            )
        self._read()

    def _read(self) -> None:
        if not self._lines.is_file():
            return
        text = self._lines.read_text()
        if text and not text.endswith("\n"):
            # Terminate a line that was cut short, so that it does not join the next one.
            with self._lines.open("a") as file:
                file.write("\n")
        for line in text.splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue  # cut short by a crash: its photo is labelled again
            if "fault" in found:
                self.faults[found["stem"]] = found["fault"]
            else:
                self.measurements[found["stem"]] = Measurements(**found["figures"])

    def has(self, stem: str) -> bool:
        """Return whether a photo is done, labelled or not."""
        return stem in self.measurements or stem in self.faults

    def mask_path(self, stem: str) -> Path:
        """Return the file of a photo's proposed mask, accepted or not."""
        return self._folder / "masks" / f"{stem}.png"

    def add(self, stem: str, proposed: ProposedMask) -> None:
        """Write a photo's mask and, once that is on disk, its measurements."""
        write_picture(self.mask_path(stem), proposed.mask)
        self.measurements[stem] = proposed.measurements
        self._append({"stem": stem, "figures": asdict(proposed.measurements)})

    def add_fault(self, stem: str, fault: str) -> None:
        """Write down why a photo could not be labelled."""
        self.faults[stem] = fault
        self._append({"stem": stem, "fault": fault})

    def _append(self, found: dict[str, Any]) -> None:
        with self._lines.open("a") as file:
            file.write(json.dumps(found) + "\n")
            file.flush()
            os.fsync(file.fileno())
