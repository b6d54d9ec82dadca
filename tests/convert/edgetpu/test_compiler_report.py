"""Parsing of the Edge TPU compiler's report."""

from __future__ import annotations

import pytest

from convert.edgetpu.compiler_report import parse_report

# The format of version 16, as in bug reports; the figures are made up.
WHOLE = """\
Edge TPU Compiler version 16.0.384591198
Started a compilation timeout timer of 180 seconds.

Model compiled successfully in 2653 ms.

Input model: model.tflite
Input size: 2.55MiB
Output model: model_edgetpu.tflite
Output size: 3.14MiB
On-chip memory used for caching model parameters: 2.50MiB
On-chip memory remaining for caching model parameters: 5.25MiB
Off-chip memory used for streaming uncached model parameters: 175.00KiB
Number of Edge TPU subgraphs: 1
Total number of operations: 84
Operation log: model_edgetpu.log

Operator                       Count      Status

CONV_2D                        40         Mapped to Edge TPU
CONV_2D                        2          More than one subgraph is not supported
ARG_MAX                        1          Operation not supported
RESIZE_BILINEAR                1          Operation is otherwise supported, but not mapped due to some unspecified limitation
"""  # noqa: E501 - as the program prints it


def test_report_is_parsed_whole() -> None:
    """Version, memory on and off the chip, and the table of operators are read."""
    report = parse_report(WHOLE)
    assert report.version == "Edge TPU Compiler version 16.0.384591198"
    assert (report.ops_on_tpu, report.ops_on_cpu, report.subgraphs) == (40, 4, 1)
    assert report.on_chip_bytes == 2.5 * 1024**2
    assert report.on_chip_left_bytes == 5.25 * 1024**2
    assert report.off_chip_bytes == 175 * 1024
    assert [row.count for row in report.operators] == [40, 2, 1, 1]
    assert report.operators[2].status == "Operation not supported"
    assert "0.18 MB are streamed at every inference" in report.summarise()
    assert report.manifest_entry()["operators"][0] == {
        "op": "CONV_2D",
        "count": 40,
        "status": "Mapped to Edge TPU",
    }


def test_report_prefers_printed_counts_to_the_table() -> None:
    """If the compiler prints how many ops run where, these counts are used."""
    stated = (
        "Number of operations that will run on Edge TPU: 78\n"
        "Number of operations that will run on CPU: 6\n"
    )
    report = parse_report(WHOLE + stated)
    assert (report.ops_on_tpu, report.ops_on_cpu) == (78, 6)


@pytest.mark.parametrize("text", ["", "Segmentation fault\n", "Off-chip memory used: many\n"])
def test_report_without_values_is_no_error(text: str) -> None:
    """Values that were not printed are None."""
    report = parse_report(text)
    assert report.version == "unknown"
    assert report.ops_on_tpu is None
    assert report.off_chip_bytes is None
    assert report.operators == ()
