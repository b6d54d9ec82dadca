"""The page that `device.bench --markdown` prints, docs/measurements/speed.md."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from device.system.machine import describe_machine


def format_page(report: dict[str, Any], arguments: Sequence[str]) -> str:
    """Return a report as a page: head, one table, and what is needed to read it.

    Args:
        report: see `device.timing.measure.measure`.
        arguments: of the command line.
    """
    today = datetime.now(timezone.utc).date().isoformat()
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    picture = report["picture"]
    bundle = f"`{report['bundle_id']}` (bundle {report['bundle_version']}) on {report['backend']}"
    what = (
        f"A frame of {picture['width_px']}×{picture['height_px']} in memory, of which"
        f" {report['garment_share']:.0%} is garment, in {report['frames']} rounds. Below each path"
        " stand its stages; a shot's `total` has the waiting for the disk in it, which the path"
        " leaves out."
    )
    calls = f"OpenCV functions that take more than 2% of a shot: {format_calls(report)}."
    return "\n".join(
        [
            "# Speed\n",
            f"Bundle: {bundle}. Date: {today}. Machine: {describe_machine()}. {versions}.\n",
            f"```sh\n{_format_command(arguments)}\n```\n",
            f"{_format_table(report)}\n",
            f"- {what}\n- {format_ratios(report)}.\n- {calls}",
        ]
    )


def format_ratios(report: dict[str, Any]) -> str:
    """Return previews a second, and what a preview and a shot take beside the model, in words."""
    return (
        f"{report['previews_per_s']:.0f} previews a second, every frame drawn, "
        f"{report['preview_ratio']:.0%} of what the model alone allows; a shot of a settled scene "
        f"takes {report['shot_ratio']:.2f} × the model and the encoder alone, a first picture "
        f"{report['shot_cold_ratio']:.2f} ×"
    )


def format_calls(report: dict[str, Any]) -> str:
    """Return the slow OpenCV functions with calls, milliseconds and share of a shot, in words."""
    calls = [
        f"`{call['name']}` {call['calls']:g} × {call['ms'] / call['calls']:.2f} ms"
        f" ({call['share']:.0%})"
        for call in report["opencv_calls"]
    ]
    return ", ".join(calls) or "none"


def _format_table(report: dict[str, Any]) -> str:
    lines = ["| path or stage | p50 ms | p95 ms | CPU ms |", "| --- | --- | --- | --- |"]
    for name, spread in report["stages"].items():
        cpu_ms = report["cpu_ms"].get(name)
        shown = "" if cpu_ms is None else f"{cpu_ms:.1f}"
        lines.append(f"| {name} | {spread['p50_ms']:.1f} | {spread['p95_ms']:.1f} | {shown} |")
    return "\n".join(lines)


def _format_command(arguments: Sequence[str]) -> str:
    """Return the command line as a reader would type it, without folders of this machine."""
    shown = [Path(each).name if Path(each).is_absolute() else each for each in arguments]
    return shlex.join(["python", "-m", "device.bench", *shown])
