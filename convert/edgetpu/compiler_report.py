"""Parse the report that Google's Edge TPU compiler prints."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_ON_CHIP = "On-chip memory used for caching model parameters"
_LEFT = "On-chip memory remaining for caching model parameters"
_OFF_CHIP = "Off-chip memory used for streaming uncached model parameters"
_ROW = re.compile(r"^([A-Z][A-Z0-9_]*)\s+(\d+)\s+(\S.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OpRow:
    """One row of the compiler's table of operators.

    Attributes:
        op: builtin name of the operator, ``CUSTOM`` for custom ones.
        count: number of operators of that name and status.
        status: where they run and why, in the compiler's words.
    """

    op: str
    count: int
    status: str


@dataclass(frozen=True, slots=True)
class CompilerReport:
    """The compiler's report; values that it did not print are None.

    Attributes:
        version: the version line.
        ops_on_tpu: number of operators that run on the Edge TPU.
        ops_on_cpu: number of operators that run on the CPU.
        subgraphs: number of segments for the Edge TPU.
        on_chip_bytes: size of the parameters in the chip's memory.
        on_chip_left_bytes: free memory on the chip.
        off_chip_bytes: size of the parameters sent over USB or PCIe at every inference.
        operators: the table of operators; empty if it was not printed.
    """

    version: str
    ops_on_tpu: int | None
    ops_on_cpu: int | None
    subgraphs: int | None
    on_chip_bytes: int | None
    on_chip_left_bytes: int | None
    off_chip_bytes: int | None
    operators: tuple[OpRow, ...]

    def manifest_entry(self) -> dict[str, Any]:
        """Return the report as an entry of the bundle's manifest."""
        return {**asdict(self), "operators": [asdict(row) for row in self.operators]}

    def summarise(self) -> str:
        """Return the report as one phrase for a person."""
        text = f"{self.ops_on_tpu} ops on the Edge TPU, {self.ops_on_cpu} on the CPU"
        if self.on_chip_bytes is not None and self.off_chip_bytes is not None:
            text += f"; parameters: {self.on_chip_bytes / 1e6:.2f} MB stay on the chip, "
            text += f"{self.off_chip_bytes / 1e6:.2f} MB are streamed at every inference"
        return text


def parse_report(text: str) -> CompilerReport:
    """Parse the output of the compiler, versions 2 to 16.

    If every operator is mapped, the compiler prints no counts; they are summed from its table.
    """
    rows = tuple(OpRow(op, int(count), status) for op, count, status in _ROW.findall(text))
    mapped = [row for row in rows if row.status.startswith("Mapped to")]
    on_tpu = _find_number(text, "Number of operations that will run on Edge TPU")
    on_cpu = _find_number(text, "Number of operations that will run on CPU")
    if rows and on_tpu is None:
        on_tpu = sum(row.count for row in mapped)
    if rows and on_cpu is None:
        on_cpu = sum(row.count for row in rows) - sum(row.count for row in mapped)
    version = re.search(r"^.*Edge TPU Compiler version.*$", text, re.MULTILINE)
    return CompilerReport(
        version=version.group().strip() if version else "unknown",
        ops_on_tpu=on_tpu,
        ops_on_cpu=on_cpu,
        subgraphs=_find_number(text, "Number of Edge TPU subgraphs"),
        on_chip_bytes=_find_bytes(text, _ON_CHIP),
        on_chip_left_bytes=_find_bytes(text, _LEFT),
        off_chip_bytes=_find_bytes(text, _OFF_CHIP),
        operators=rows,
    )


def _find_number(text: str, label: str) -> int | None:
    found = re.search(rf"{re.escape(label)}:\s*(\d+)", text)
    return int(found.group(1)) if found else None


def _find_bytes(text: str, label: str) -> int | None:
    found = re.search(rf"{re.escape(label)}:\s*([\d.]+)\s*([KMG]?i?B)\b", text)
    return round(float(found.group(1)) * _UNITS.get(found.group(2), 1)) if found else None
