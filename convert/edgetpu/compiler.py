"""Google's Edge TPU compiler, where there is one on PATH."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convert.edgetpu.compiler_report import Report, parse_report
from convert.edgetpu.op_versions import readable_by_compiler
from convert.errors import UsageError, WorkError
from convert.graph.flatbuffer import Graph, read_graph
from convert.progress import Progress

PROGRAM = "edgetpu_compiler"
CUSTOM_OP = "edgetpu-custom-op"
GRACE_S = 5.0  # The compiler stops itself first, with a message of its own.
STEP_S = 0.5
HOW_TO_GET = (
    "edgetpu_compiler is not on PATH: it is a closed program for x86-64 Linux that Google's "
    "Coral apt repository carries as the package edgetpu-compiler (coral.ai/docs/edgetpu/compiler)"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made.

    Attributes:
        flatbuffer: the compiled model.
        report: what the compiler said of it.
    """

    flatbuffer: bytes
    report: Report

    @property
    def ops_on_tpu(self) -> int:
        """Operators of the model that went into the Edge TPU's segment."""
        return self.report.ops_on_tpu or 0

    @property
    def ops_on_cpu(self) -> int:
        """Operators that are left to the CPU."""
        return self.report.ops_on_cpu or 0

    def record(self) -> dict[str, Any]:
        """What the bundle's manifest says of it."""
        return self.report.record()


def find_compiler() -> Path | None:
    """The compiler on PATH, or None."""
    found = shutil.which(PROGRAM)
    return Path(found) if found else None


def refuse_float(graph: Graph) -> None:
    """Refuse a model that the Edge TPU could not run a single op of.

    Raises:
        UsageError: its input or output is not of 8-bit integers.
    """
    floats = [t for t in (*graph.inputs, *graph.outputs) if t.dtype not in {"INT8", "UINT8"}]
    if floats:
        raise UsageError(
            f"the model's {floats[0].name or 'input'} is {floats[0].dtype}, and the Edge TPU runs "
            "8-bit integers only: leave --edgetpu out, or convert with an int8 recipe"
        )


def compile_model(compiler: Path, flatbuffer: bytes, timeout_s: float) -> Compiled:
    """Compile an int8 model for the Edge TPU, showing how long it has taken so far.

    Args:
        compiler: the program.
        flatbuffer: the int8 TFLite model.
        timeout_s: how long it may take; it is stopped after that.

    Returns:
        The compiled model and the compiler's report.

    Raises:
        UsageError: the model is a float one.
        WorkError: the compiler failed, wrote nothing or ran out of time.
    """
    refuse_float(read_graph(flatbuffer, "the model"))
    with tempfile.TemporaryDirectory(prefix="selvedge-edgetpu") as scratch:
        source = Path(scratch) / "model.tflite"
        source.write_bytes(readable_by_compiler(flatbuffer))
        limit = str(max(1, int(timeout_s)))
        said = _run([str(compiler), "-s", "-o", scratch, "-t", limit, str(source)], timeout_s)
        result, log = Path(scratch) / "model_edgetpu.tflite", Path(scratch) / "model_edgetpu.log"
        if not result.is_file():
            raise WorkError(f"{PROGRAM} refused the model: {_reason(said)}")
        # The table of operators is on the terminal with -s, and in the log otherwise.
        logged = log.read_text("utf-8", "replace") if log.is_file() else ""
        report = parse_report(said)
        if not report.operators:
            report = replace(report, operators=parse_report(logged).operators)
        return _compiled(flatbuffer, result.read_bytes(), report)


def _run(command: list[str], timeout_s: float) -> str:
    """Run the compiler; returns all that it printed."""
    start_s = time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603 - the person's own program, found on PATH
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except OSError as error:
        raise WorkError(f"{command[0]} could not be started: {error}") from error
    with process, Progress("compiling for the Edge TPU", timeout_s, timed=True) as progress:
        try:
            while True:
                try:
                    said, _ = process.communicate(timeout=STEP_S)
                    break
                except subprocess.TimeoutExpired:
                    progress.step(STEP_S)
                    if time.monotonic() - start_s > timeout_s + GRACE_S:
                        raise _too_slow(timeout_s) from None
        finally:
            process.kill()
    if process.returncode != 0:
        if time.monotonic() - start_s >= timeout_s:
            raise _too_slow(timeout_s)
        raise WorkError(f"{PROGRAM} refused the model: {_reason(said)}")
    return said


def _too_slow(timeout_s: float) -> WorkError:
    return WorkError(
        f"{PROGRAM} took longer than {timeout_s:.0f} s and was stopped: give it longer "
        "with --edgetpu-timeout-s"
    )


def _compiled(before: bytes, after: bytes, report: Report) -> Compiled:
    """Take the counts from the compiled model itself; the report may lack them."""
    left = read_graph(after, f"what {PROGRAM} wrote").ops
    on_cpu = sum(1 for op in left if op.name != CUSTOM_OP)
    if on_cpu == len(left):
        raise WorkError(f"{PROGRAM} mapped nothing to the Edge TPU: see `python -m convert check`")
    total = len(read_graph(before, "the int8 model").ops)
    return Compiled(after, replace(report, ops_on_tpu=total - on_cpu, ops_on_cpu=on_cpu))


def _reason(said: str) -> str:
    """The line that tells most: the first error, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines[-1:] or ["it said nothing"])[0]
