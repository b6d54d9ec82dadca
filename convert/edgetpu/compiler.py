"""Run Google's Edge TPU compiler, if it is on PATH."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convert.edgetpu.compiler_report import CompilerReport, parse_report
from convert.edgetpu.op_versions import lower_op_versions
from convert.errors import UsageError, WorkError
from convert.graph.flatbuffer import Graph, read_graph
from convert.progress import Progress

PROGRAM = "edgetpu_compiler"
CUSTOM_OP = "edgetpu-custom-op"
GRACE_S = 5.0  # The compiler has the same limit and stops itself first, with its own message.
POLL_S = 0.5
HOW_TO_GET = (
    "edgetpu_compiler is not on PATH: it is a closed program for x86-64 Linux that Google's "
    "Coral apt repository carries as the package edgetpu-compiler (coral.ai/docs/edgetpu/compiler)"
)


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """A compiled model.

    Attributes:
        flatbuffer: the compiled TFLite model.
        report: the compiler's report.
    """

    flatbuffer: bytes
    report: CompilerReport

    @property
    def ops_on_tpu(self) -> int:
        """Number of operators that run on the Edge TPU."""
        return self.report.ops_on_tpu or 0

    @property
    def ops_on_cpu(self) -> int:
        """Number of operators that run on the CPU."""
        return self.report.ops_on_cpu or 0

    def manifest_entry(self) -> dict[str, Any]:
        """Return the report as an entry of the bundle's manifest."""
        return self.report.manifest_entry()


def find_compiler() -> Path | None:
    """Return the compiler on PATH, or None."""
    found = shutil.which(PROGRAM)
    return Path(found) if found else None


def refuse_float(graph: Graph) -> None:
    """Refuse a model of which the Edge TPU could not run a single op.

    Raises:
        UsageError: an input or output is not of 8-bit integers.
    """
    floats = [t for t in (*graph.inputs, *graph.outputs) if t.dtype not in {"INT8", "UINT8"}]
    if floats:
        raise UsageError(
            f"the model's {floats[0].name or 'input'} is {floats[0].dtype}, and the Edge TPU runs "
            "8-bit integers only: leave --edgetpu out, or convert with an int8 recipe"
        )


def compile_model(compiler: Path, flatbuffer: bytes, timeout_s: float) -> CompiledModel:
    """Compile an int8 model for the Edge TPU, with progress on stderr.

    Args:
        compiler: path of the compiler.
        flatbuffer: the int8 TFLite model.
        timeout_s: time after which the compiler is stopped.

    Returns:
        The compiled model with the compiler's report.

    Raises:
        UsageError: the model is a float model.
        WorkError: the compiler failed, wrote nothing or timed out.
    """
    refuse_float(read_graph(flatbuffer, "the model"))
    with tempfile.TemporaryDirectory(prefix="selvedge-edgetpu") as scratch:
        source = Path(scratch) / "model.tflite"
        source.write_bytes(lower_op_versions(flatbuffer))
        limit = str(max(1, int(timeout_s)))
        output = _run([str(compiler), "-s", "-o", scratch, "-t", limit, str(source)], timeout_s)
        result, log = Path(scratch) / "model_edgetpu.tflite", Path(scratch) / "model_edgetpu.log"
        if not result.is_file():
            raise WorkError(f"{PROGRAM} refused the model: {_find_reason(output)}")
        # With -s the table of operators is printed; some versions write it to the log only.
        logged = log.read_text("utf-8", "replace") if log.is_file() else ""
        report = parse_report(output)
        if not report.operators:
            report = replace(report, operators=parse_report(logged).operators)
        return _count_ops(flatbuffer, result.read_bytes(), report)


def _run(command: list[str], timeout_s: float) -> str:
    """Run the compiler and return its output."""
    start_s = time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own program, found on PATH
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except OSError as error:
        raise WorkError(f"{command[0]} could not be started: {error}") from error
    with process, Progress("compiling for the Edge TPU", timeout_s, timed=True) as progress:
        try:
            while True:
                try:
                    output, _ = process.communicate(timeout=POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    progress.step(POLL_S)
                    if time.monotonic() - start_s > timeout_s + GRACE_S:
                        raise _timeout_error(timeout_s) from None
        finally:
            process.kill()
    if process.returncode != 0:
        if time.monotonic() - start_s >= timeout_s:
            raise _timeout_error(timeout_s)
        raise WorkError(f"{PROGRAM} refused the model: {_find_reason(output)}")
    return output


def _timeout_error(timeout_s: float) -> WorkError:
    return WorkError(
        f"{PROGRAM} took longer than {timeout_s:.0f} s and was stopped: give it longer "
        "with --edgetpu-timeout-s"
    )


def _count_ops(before: bytes, after: bytes, report: CompilerReport) -> CompiledModel:
    """Count the ops in the compiled model itself, because the report may lack the counts."""
    ops = read_graph(after, f"what {PROGRAM} wrote").ops
    on_cpu = sum(1 for op in ops if op.name != CUSTOM_OP)
    if on_cpu == len(ops):
        raise WorkError(f"{PROGRAM} mapped nothing to the Edge TPU: see `python -m convert check`")
    total = len(read_graph(before, "the int8 model").ops)
    return CompiledModel(after, replace(report, ops_on_tpu=total - on_cpu, ops_on_cpu=on_cpu))


def _find_reason(output: str) -> str:
    """Return the most informative line: the first error, otherwise the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines[-1:] or ["it printed nothing"])[0]
