"""An Edge TPU that is missing, that vanishes and that comes back.

The library here is a stub compiled for the test: it keeps the interface by which an interpreter
loads a delegate, and finds its device when a file exists. As a delegate it takes no op, so the
model runs on the CPU behind it; what it cannot prove is what a real Edge TPU computes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import device.runtimes.edgetpu
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.checks.model import check_accelerator
from device.daemon.composition import run_daemon
from device.delivery.first_connection import connect_or_refuse
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.runtimes.cpu_fallback import RETRY_S, FallbackRuntime
from device.runtimes.edgetpu import NoAcceleratorError
from device.runtimes.factory import open_runtime
from device.runtimes.litert import TfliteRuntime
from device.settings.broker_address import parse_broker
from device.settings.loading import load_config
from tests.support.mosquitto import free_port
from tests.support.programs import wait_until

STUB = """
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
/* TfLiteDelegate, as tensorflow/lite/core/c/common.h lays it out. */
struct delegate {
  void *data;
  int (*prepare)(void *, struct delegate *);
  void *copy_from, *copy_to, *free_handle;
  int64_t flags;
  void *opaque;
};
static int take_nothing(void *context, struct delegate *self) { return 0; }
static struct delegate only = { NULL, take_nothing, NULL, NULL, NULL, 0, NULL };
void *tflite_plugin_create_delegate(char **k, char **v, size_t n, void (*tell)(const char *)) {
  if (access(DEVICE, F_OK) == 0) return &only;
  tell("Failed to open device");
  return NULL;
}
void tflite_plugin_destroy_delegate(void *delegate) {}
"""


@pytest.fixture(name="with_tpu", scope="module")
def _with_tpu() -> Bundle:
    """The default bundle, with its model once more in the place of the compiled one."""
    bundle = load_bundle(default_bundle_path())
    return replace(bundle, files={**bundle.files, "edgetpu": bundle.files["cpu"]})


@pytest.fixture(name="stick")
def _stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that is there when the stub's device is plugged in; the library is installed."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler is needed: apt install gcc libc6-dev"
    source, library, stick = tmp_path / "s.c", tmp_path / "libstub.so", tmp_path / "stick"
    source.write_text(STUB)
    subprocess.run(
        [compiler, "-shared", "-fPIC", f'-DDEVICE="{stick}"', "-o", library, source], check=True
    )
    monkeypatch.setattr(device.runtimes.edgetpu, "LIBRARY", str(library))
    return stick


def _grey(bundle: Bundle) -> npt.NDArray[Any]:
    spec = bundle.input
    return np.zeros((1, spec.height_px, spec.width_px, spec.channels), spec.dtype)


def test_missing_library_runs_on_the_cpu_and_says_so(
    with_tpu: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundle for the Edge TPU on a rig without its library: the CPU, the reason, the mend."""
    monkeypatch.setattr(device.runtimes.edgetpu, "LIBRARY", "libmissing.so.1")
    runtime, reason = open_runtime(with_tpu, num_threads=1)
    assert runtime.backend.startswith("cpu")
    assert reason == runtime.trouble
    assert "libmissing.so.1 is not installed" in str(reason)
    finding = check_accelerator(with_tpu)
    assert finding.level == "warn"
    assert "runs on the CPU instead" in finding.detail
    assert "libedgetpu1-std" in finding.mend


def test_accelerator_is_used_again_when_it_is_plugged_in(
    with_tpu: Bundle, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Library without device: CPU, and told; plugged in, the Edge TPU's model runs."""
    monkeypatch.setattr("device.runtimes.cpu_fallback.RETRY_S", 0.0)
    runtime, reason = open_runtime(with_tpu, num_threads=1)
    assert "no Edge TPU answers (Failed to open device)" in str(reason)
    assert check_accelerator(with_tpu).level == "warn"
    on_cpu = runtime.invoke(_grey(with_tpu))
    assert runtime.backend.startswith("cpu")
    stick.touch()
    on_tpu = runtime.invoke(_grey(with_tpu))
    assert (runtime.backend, runtime.trouble) == ("edgetpu", None)
    np.testing.assert_array_equal(on_cpu, on_tpu)
    assert check_accelerator(with_tpu).level == "ok"


class _Stick:
    """A runtime that can be pulled out."""

    backend = "edgetpu"
    trouble = None
    plugged = True

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run, while plugged in."""
        if not self.plugged:
            raise RuntimeError("EdgeTpuDelegateForCustomOp failed to invoke.\n")
        return tensor

    def read_person(self) -> None:
        """Give no second output."""

    def open(self) -> _Stick:
        """Find the device."""
        if not self.plugged:
            raise NoAcceleratorError("no Edge TPU answers")
        return self


class _Cpu:
    backend = "cpu-test"
    trouble = None

    def invoke(self, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run."""
        return tensor + 1

    def read_person(self) -> None:
        """Give no second output."""


def test_no_frame_is_lost_when_the_accelerator_is() -> None:
    """Pulled out in mid-frame, the frame is done on the CPU; back again, it is used again."""
    stick, now_s, tensor = _Stick(), [0.0], np.zeros(1)
    opened: list[str] = []

    def noted(what: str, made: Callable[[], Any]) -> Callable[[], Any]:
        def open_noted() -> Any:
            opened.append(what)
            return made()

        return open_noted

    runtime = FallbackRuntime(noted("tpu", stick.open), noted("cpu", _Cpu), clock=lambda: now_s[0])
    assert (runtime.invoke(tensor)[0], runtime.backend, runtime.trouble) == (0, "edgetpu", None)
    assert opened == ["tpu"], "the CPU's model is loaded only when it is needed"
    stick.plugged = False
    assert (runtime.invoke(tensor)[0], runtime.backend) == (1, "cpu-test")
    assert "EdgeTpuDelegateForCustomOp failed to invoke" in str(runtime.trouble)
    stick.plugged = True
    runtime.invoke(tensor)
    assert runtime.backend == "cpu-test", "it is not looked for at every frame"
    now_s[0] = RETRY_S
    assert (runtime.invoke(tensor)[0], runtime.backend, runtime.trouble) == (0, "edgetpu", None)
    assert opened == ["tpu", "cpu", "tpu"]


def _bundle_with_tpu(folder: Path) -> Path:
    """The default bundle on disk, its model once more under the name of the compiled one."""
    shutil.copytree(default_bundle_path(), folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    cpu = manifest["files"]["cpu"]
    shutil.copy(folder / cpu["name"], folder / "model_edgetpu.tflite")
    manifest["files"]["edgetpu"] = {**cpu, "name": "model_edgetpu.tflite"}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def test_status_tells_of_the_accelerator_while_it_comes_and_goes(
    tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retained status of a running rig names the backend, and why it is not the Edge TPU."""
    monkeypatch.setattr("device.runtimes.cpu_fallback.RETRY_S", 0.2)
    run_model = TfliteRuntime.invoke

    def invoke(runtime: TfliteRuntime, tensor: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if runtime.backend == "edgetpu" and not stick.exists():
            raise RuntimeError("EdgeTpuDelegateForCustomOp failed to invoke.")
        return run_model(runtime, tensor)

    monkeypatch.setattr(TfliteRuntime, "invoke", invoke)
    port, told = free_port(), list[tuple[str, str]]()

    def heard(backend: str, why: str) -> bool:
        login = MqttLogin(
            parse_broker(f"mqtt://127.0.0.1:{port}"), "ear", subscriptions=("selvedge/r/status",)
        )
        statuses: list[dict[str, Any]] = []
        with closing(MqttPublisher(login, lambda m: statuses.append(json.loads(m.payload)))) as ear:
            connect_or_refuse(ear, 20)  # What is retained is what comes first.
            wait_until(lambda: statuses and statuses[-1]["backend"] == backend)
            wait_until(lambda: why in " ".join(statuses[-1]["degraded"]))
        told.append((statuses[-1]["backend"], " ".join(statuses[-1]["degraded"])))
        return True

    def play() -> None:
        try:
            heard("cpu-xnnpack", "no Edge TPU answers")
            stick.touch()
            heard("edgetpu", "")
            stick.unlink()
            heard("cpu-xnnpack", "running on the CPU")
            stick.touch()
            heard("edgetpu", "")
        finally:
            if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:  # The daemon runs.
                os.kill(os.getpid(), signal.SIGTERM)

    player = threading.Thread(target=play)
    settings = {"camera": "demo", "trigger": "command", "rig": "r", "seconds": 90}
    settings |= {"broker": f"embedded:{port}", "state_dir": tmp_path / "state"}
    settings |= {"model": _bundle_with_tpu(tmp_path / "bundle"), "threads": 1}
    config = load_config(None, settings)
    player.start()
    run_daemon(config)
    player.join()
    assert [backend for backend, _ in told] == ["cpu-xnnpack", "edgetpu"] * 2
    assert told[1][1] == told[3][1] == ""
