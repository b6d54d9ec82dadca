"""A page of docs/measurements: one subject, one command, one table, and what limits it."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from device.bundle.bundle import Bundle
from device.system.machine import describe_machine

MOST_CAVEATS = 3
_LINE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A measurement, ready to be printed.

    Attributes:
        title: its subject.
        bundles: measured; none where no model takes part.
        command: that measured, as in `format_command`.
        table: in Markdown, as in `format_table`.
        caveats: what the reader must know to read the table, at most `MOST_CAVEATS`.
    """

    title: str
    bundles: Sequence[Bundle]
    command: str
    table: str
    caveats: Sequence[str] = ()

    def text(self) -> str:
        """Return the page: head with bundle, date, machine and command, table, caveats.

        Raises:
            ValueError: there are too many caveats.
        """
        if len(self.caveats) > MOST_CAVEATS:
            raise ValueError(f"{len(self.caveats)} caveats: keep the {MOST_CAVEATS} that matter")
        ids = ", ".join(f"`{bundle.id}` (bundle {bundle.version})" for bundle in self.bundles)
        today = datetime.now(timezone.utc).date().isoformat()
        command = textwrap.fill(
            *(self.command, _LINE_LENGTH),
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        ).replace("\n", " \\\n")
        return "\n".join(
            [
                f"# {self.title}\n",
                f"Bundle: {ids or 'none'}. Date: {today}. Machine: {describe_machine()}.\n",
                f"```sh\n{command}\n```\n",
                f"{self.table}\n",
                *(f"- {caveat}" for caveat in self.caveats),
            ]
        ).rstrip()


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; every row has as many cells as the head."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def format_command(module: str, arguments: Sequence[str]) -> str:
    """Return a command line as a reader would type it, without folders of this machine.

    An absolute path is shortened to its last name, and `--markdown` stands last.
    """
    own = [argument for argument in arguments if argument != "--markdown"]
    shown = [Path(each).name if Path(each).is_absolute() else each for each in own]
    return shlex.join(["python", "-m", module, *shown, "--markdown"])
