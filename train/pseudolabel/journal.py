"""What was found of each photo so far, on disk, so that an interrupted run goes on.

Figures are kept, verdicts are not: other limits judge all photos anew in seconds.
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
from train.pseudolabel.acceptance import Figures
from train.pseudolabel.labelling import Label


class Journal:
    """The folder ``work/`` of an output: settings, one line per photo, every proposed mask."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        """Open or begin a journal.

        Args:
            folder: where it lies.
            settings: all that the figures depend on; those of an earlier run must be the same.

        Raises:
            UsageError: the folder holds the work of a run with other settings.
        """
        self._folder = folder
        self._lines = folder / "figures.jsonl"
        self.figures: dict[str, Figures] = {}
        self.faults: dict[str, str] = {}
        kept = folder / "settings.json"
        if not kept.is_file():
            write_json(kept, settings)
        elif json.loads(kept.read_text()) != settings:
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
            # A line that was cut short must not swallow the next one.
            with self._lines.open("a") as file:
                file.write("\n")
        for line in text.splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue  # the line in hand when the power went: its photo is done again
            if "fault" in found:
                self.faults[found["stem"]] = found["fault"]
            else:
                self.figures[found["stem"]] = Figures(**found["figures"])

    def knows(self, stem: str) -> bool:
        """Say whether a photo is done."""
        return stem in self.figures or stem in self.faults

    def mask_path(self, stem: str) -> Path:
        """Where the proposed mask of a photo lies, accepted or not."""
        return self._folder / "masks" / f"{stem}.png"

    def add(self, stem: str, label: Label) -> None:
        """Keep a photo's mask and, once that is on disk, its figures."""
        write_picture(self.mask_path(stem), label.mask)
        self.figures[stem] = label.figures
        self._append({"stem": stem, "figures": asdict(label.figures)})

    def add_fault(self, stem: str, fault: str) -> None:
        """Keep why a photo could not be labelled at all."""
        self.faults[stem] = fault
        self._append({"stem": stem, "fault": fault})

    def _append(self, found: dict[str, Any]) -> None:
        with self._lines.open("a") as file:
            file.write(json.dumps(found) + "\n")
            file.flush()
            os.fsync(file.fileno())
