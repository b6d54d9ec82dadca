"""Google's Edge TPU compiler, where there is one on PATH."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.errors import WorkError
from convert.graph import read_graph

PROGRAM = "edgetpu_compiler"
CUSTOM_OP = "edgetpu-custom-op"
GRACE_S = 5.0  # The compiler stops itself first, with a message of its own.
HOW_TO_GET = (
    "edgetpu_compiler is not on PATH: it is a closed program for x86-64 Linux that Google's "
    "Coral apt repository carries as the package edgetpu-compiler (coral.ai/docs/edgetpu/compiler)"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made.

    Attributes:
        flatbuffer: the compiled model.
        version: the compiler's version line.
        ops_on_tpu: operators of the model that went into the Edge TPU's segment.
        ops_on_cpu: operators that are left to the CPU.
    """

    flatbuffer: bytes
    version: str
    ops_on_tpu: int
    ops_on_cpu: int

    def record(self) -> dict[str, Any]:
        """What the bundle's manifest says of it."""
        return {
            "version": self.version,
            "ops_on_tpu": self.ops_on_tpu,
            "ops_on_cpu": self.ops_on_cpu,
        }


def find_compiler() -> Path | None:
    """The compiler on PATH, or None."""
    found = shutil.which(PROGRAM)
    return Path(found) if found else None


def compile_model(compiler: Path, flatbuffer: bytes, timeout_s: float) -> Compiled:
    """Compile an int8 model for the Edge TPU.

    Args:
        compiler: the program.
        flatbuffer: the int8 TFLite model.
        timeout_s: how long it may take; it is stopped after that.

    Returns:
        The compiled model and the compiler's own counts.

    Raises:
        WorkError: the compiler failed, wrote nothing or ran out of time.
    """
    with tempfile.TemporaryDirectory(prefix="selvedge-edgetpu") as scratch:
        source = Path(scratch) / "model.tflite"
        source.write_bytes(flatbuffer)
        command = [
            str(compiler),
            "-s",
            "-o",
            scratch,
            "-t",
            str(max(1, int(timeout_s))),
            str(source),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - the program is the person's own, found on PATH
                command, capture_output=True, text=True, timeout=timeout_s + GRACE_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise WorkError(
                f"{PROGRAM} took longer than {timeout_s:.0f} s and was stopped: give it longer "
                "with --edgetpu-timeout"
            ) from error
        except OSError as error:
            raise WorkError(f"{compiler} could not be started: {error}") from error
        result = Path(scratch) / "model_edgetpu.tflite"
        if done.returncode != 0 or not result.is_file():
            raise WorkError(f"{PROGRAM} refused the model: {_last_line(done.stdout + done.stderr)}")
        return _compiled(flatbuffer, result.read_bytes(), _version(done.stdout))


def _compiled(before: bytes, after: bytes, version: str) -> Compiled:
    """Count in the compiled model itself what is left outside the Edge TPU's segment."""
    left = read_graph(after, f"what {PROGRAM} wrote").ops
    on_cpu = sum(1 for op in left if op.name != CUSTOM_OP)
    if on_cpu == len(left):
        raise WorkError(f"{PROGRAM} mapped nothing to the Edge TPU: see `python -m convert check`")
    total = len(read_graph(before, "the int8 model").ops)
    return Compiled(after, version, ops_on_tpu=total - on_cpu, ops_on_cpu=on_cpu)


def _version(report: str) -> str:
    lines = [line for line in report.splitlines() if "version" in line.lower()]
    return lines[0].strip() if lines else "unknown"


def _last_line(report: str) -> str:
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
