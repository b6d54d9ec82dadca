"""The CPU backend: LiteRT, or its predecessor tflite-runtime where LiteRT has no wheel."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy.typing as npt

from device.bundle.bundle import Bundle
from device.bundle.specs import InputSpec, OutputSpec
from device.errors import UsageError
from device.runtimes.native_noise import log_native_stderr
from device.system.install_command import install_command
from device.system.parallel import default_threads


class TfliteRuntime:
    """A loaded ``.tflite`` model behind the interpreter's tensors.

    Attributes:
        backend: ``cpu-xnnpack`` with LiteRT, ``cpu`` with tflite-runtime, which does not run
            int8 on XNNPACK by default, ``edgetpu`` with that delegate.
        trouble: None: it runs on what it was opened for, or not at all.
    """

    trouble: str | None = None

    def __init__(
        self,
        bundle: Bundle,
        *,
        role: str = "cpu",
        num_threads: int | None = None,
        delegates: tuple[Any, ...] = (),
    ) -> None:
        """Load the bundle's model and check it against the manifest.

        Args:
            bundle: names the model and describes its tensors.
            role: which of the bundle's files to load.
            num_threads: CPU threads; None takes `device.system.parallel.default_threads`.
            delegates: accelerators, as the interpreter's own `load_delegate` returns them.

        Raises:
            UsageError: no interpreter installed, the file is no model, or it is not the model
                that the manifest describes.
        """
        interpreter_class, cpu_backend = interpreter()
        self.backend = role if delegates else cpu_backend
        path, content = bundle.files[role].path, bundle.files[role].content
        try:
            with log_native_stderr():
                self._interpreter = interpreter_class(
                    # Not its path: the file may be another by now. All interpreters of a bundle
                    # read the same bytes in place.
                    model_content=content,
                    num_threads=num_threads or default_threads(),
                    experimental_delegates=list(delegates) or None,
                )
                self._interpreter.allocate_tensors()
            (input_details,) = self._interpreter.get_input_details()
            output_details, *further = self._interpreter.get_output_details()
            person = _find_person(bundle, role, further)
        except (ValueError, RuntimeError) as error:
            detail = " ".join(str(error).split())[:120]
            raise UsageError(
                f"{path} does not load as a TFLite model with the manifest's input and outputs "
                f"({detail}): convert it again or choose another bundle"
            ) from None
        _check_tensor(path, "input", input_details, bundle.input)
        _check_tensor(path, "output", output_details, bundle.output)
        self._input_index = int(input_details["index"])
        self._output_index = int(output_details["index"])
        self._person_index: int | None = None
        if person is not None and bundle.person is not None:
            _check_tensor(path, "output for people", person, bundle.person)
            self._person_index = int(person["index"])

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run the model once; see `device.runtimes.runtime.Runtime`."""
        self._interpreter.set_tensor(self._input_index, tensor)
        self._interpreter.invoke()
        output: npt.NDArray[Any] = self._interpreter.get_tensor(self._output_index)
        return output

    def read_person(self) -> npt.NDArray[Any] | None:
        """Return the second output; see `device.runtimes.runtime.Runtime`."""
        if self._person_index is None:
            return None
        output: npt.NDArray[Any] = self._interpreter.get_tensor(self._person_index)
        return output


def interpreter() -> tuple[Any, str]:
    """Return the interpreter class that is installed, and the name of its CPU backend.

    Raises:
        UsageError: none is installed.
    """
    try:
        return import_module("ai_edge_litert.interpreter").Interpreter, "cpu-xnnpack"
    except ImportError:
        pass
    try:
        return import_module("tflite_runtime.interpreter").Interpreter, "cpu"
    except ImportError:
        raise UsageError(f"no TFLite interpreter is installed: run `{install_command()}`") from None


def _find_person(bundle: Bundle, role: str, further: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the second output, if there is to be one.

    A model for an accelerator may have been compiled before it was added, and does without.

    Raises:
        ValueError: the outputs are not as many as the manifest says.
    """
    wanted = int(bundle.person is not None)
    if len(further) != wanted and (further or role == "cpu"):
        raise ValueError(f"{1 + len(further)} outputs instead of {1 + wanted}")
    return further[0] if further else None


def _check_tensor(
    path: Path, side: str, found: dict[str, Any], spec: InputSpec | OutputSpec
) -> None:
    """Refuse a model whose tensor differs from the manifest: its masks would be wrong."""
    scale, zero_point = found["quantization"]
    shape = tuple(int(each) for each in found["shape"])
    dtype = str(found["dtype"].__name__)
    fits = shape == (1, spec.height_px, spec.width_px, spec.channels) and dtype == spec.dtype
    if dtype != "float32":
        fits = fits and int(zero_point) == spec.zero_point
        fits = fits and math.isclose(float(scale), spec.scale, rel_tol=1e-4)
    if not fits:
        raise UsageError(
            f"{path} has the {side} {dtype}{list(shape)} scale {scale:.6g} zero point {zero_point}"
            f" and the manifest says {spec.dtype}[1, {spec.height_px}, {spec.width_px}, "
            f"{spec.channels}] scale {spec.scale:.6g} zero point {spec.zero_point}: "
            "make the bundle again with `python -m convert`"
        )
