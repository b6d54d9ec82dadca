"""Backends: what they refuse, and what they say when the accelerator is not there."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import device.runtimes.edgetpu
from device.bundle.bundle import Bundle, BundleFile, load_bundle
from device.bundle.shipped import default_bundle_path
from device.errors import UsageError
from device.runtimes.factory import Preference, open_runtime
from device.runtimes.litert import TfliteRuntime, interpreter


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The default bundle."""
    return load_bundle(default_bundle_path())


def broken(bundle: Bundle, path: Path, content: bytes) -> Bundle:
    """The bundle with another file in place of its model."""
    return replace(bundle, files={"cpu": BundleFile(path, content)})


def test_the_output_is_the_callers(bundle: Bundle) -> None:
    """An output has the manifest's shape and dtype and does not change with the next run."""
    runtime, reason = open_runtime(bundle, "cpu", num_threads=1)
    spec = bundle.input
    shape = (1, spec.height_px, spec.width_px, spec.channels)
    first = runtime.invoke(np.full(shape, -128, spec.dtype))
    kept = first.copy()
    runtime.invoke(np.full(shape, 127, spec.dtype))
    assert reason is None
    assert runtime.backend.startswith("cpu")
    assert first.shape == (1, bundle.output.height_px, bundle.output.width_px, 1)
    assert first.dtype == np.dtype(bundle.output.dtype)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("content", [b"", b"text", b"\x1c\x00\x00\x00TFL3" + bytes(100)])
def test_a_file_that_is_no_model_is_named(bundle: Bundle, tmp_path: Path, content: bytes) -> None:
    """A broken model file ends in one sentence with its name."""
    path = tmp_path / "broken.tflite"
    with pytest.raises(UsageError, match=r"broken\.tflite does not load") as error:
        TfliteRuntime(broken(bundle, path, content))
    assert "\n" not in str(error.value)


def test_a_model_that_is_not_the_manifests_is_refused(bundle: Bundle) -> None:
    """A manifest that describes another model would give rubbish masks, so it is refused."""
    zero_point = replace(bundle, input=replace(bundle.input, zero_point=3))
    scale = replace(bundle, output=replace(bundle.output, scale=bundle.output.scale * 1.1))
    size = replace(bundle, input=replace(bundle.input, height_px=128))
    for wrong in (zero_point, scale, size):
        with pytest.raises(UsageError, match="the manifest says"):
            TfliteRuntime(wrong)


def test_a_missing_accelerator_is_told(
    bundle: Bundle, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for an Edge TPU gets the CPU and the reason: no model, no library."""
    runtime, reason = open_runtime(bundle, "edgetpu")
    assert runtime.backend.startswith("cpu")
    assert reason is not None
    assert "no Edge TPU model" in reason

    with_tpu = replace(bundle, files={**bundle.files, "edgetpu": bundle.files["cpu"]})
    monkeypatch.setattr(device.runtimes.edgetpu, "LIBRARY", "libmissing.so.1")
    runtime, reason = open_runtime(with_tpu, "edgetpu")
    assert runtime.backend.startswith("cpu")
    assert reason is not None
    assert "libmissing.so.1 is not installed" in reason
    assert "Traceback" not in capfd.readouterr().err


def test_a_library_without_a_device_is_told(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the library is installed and finds no device, the CPU runs, and says why."""

    def find_none(_: str) -> object:
        raise ValueError("Failed to load delegate from libedgetpu.so.1\n")

    with_tpu = replace(bundle, files={**bundle.files, "edgetpu": bundle.files["cpu"]})
    # A library that is surely there, and the answer that the interpreter gives without a device.
    monkeypatch.setattr(device.runtimes.edgetpu, "LIBRARY", "libc.so.6")
    monkeypatch.setattr(f"{interpreter()[0].__module__}.load_delegate", find_none)
    wishes: tuple[Preference, ...] = ("edgetpu", "auto")
    for prefer in wishes:
        runtime, reason = open_runtime(with_tpu, prefer)
        assert runtime.backend.startswith("cpu")
        assert reason is not None
        assert "Edge TPU" in reason


def test_a_cpu_rig_is_not_called_degraded(bundle: Bundle) -> None:
    """Without an Edge TPU's library nobody expects one: running on the CPU is no fault."""
    assert open_runtime(bundle, "auto")[1] is None


def test_loading_prints_nothing(bundle: Bundle, capfd: pytest.CaptureFixture[str]) -> None:
    """The interpreter's own chatter stays off the terminal, and stderr works afterwards."""
    TfliteRuntime(bundle)
    print("still here", file=sys.stderr)
    assert capfd.readouterr().err == "still here\n"


def test_without_an_interpreter_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """When neither LiteRT nor its predecessor is installed, the error says what to install."""
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", None)
    with pytest.raises(UsageError, match=r"\.\[device\]"):
        interpreter()


def test_a_runtime_may_move_between_threads(bundle: Bundle) -> None:
    """A runtime opened in one thread runs in another, as the daemon does."""
    runtime = TfliteRuntime(bundle, num_threads=1)
    spec = bundle.input
    results: list[int] = []
    tensor = np.zeros((1, spec.height_px, spec.width_px, spec.channels), spec.dtype)
    thread = threading.Thread(
        target=lambda: results.append(runtime.invoke(tensor).size), daemon=True
    )
    thread.start()
    thread.join(timeout=120)
    assert results == [bundle.output.height_px * bundle.output.width_px]
