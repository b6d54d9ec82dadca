"""Checks of the model's side: bundle, interpreter, accelerator."""

from __future__ import annotations

import time
from pathlib import Path

from device.bundle.bundle import Bundle, load_bundle
from device.checks.finding import Finding, make_failure
from device.checks.golden import check_golden
from device.cli.missing_package import missing_package_error
from device.errors import UsageError
from device.system.install_command import install_command

MEND = "convert it with --edgetpu, or remove libedgetpu"


def check_model(bundle_path: Path, trust: Path | None = None) -> list[Finding]:
    """Check the bundle and, if it loads, the interpreter, the golden frame and the accelerator.

    Args:
        bundle_path: its folder.
        trust: public key by which it must be signed, if any.
    """
    try:
        bundle = load_bundle(bundle_path, trust=trust)
    except UsageError as error:
        return [make_failure("bundle", error)]
    signed = f", signed with {trust}" if trust else ""
    detail = f"{bundle.id} at {bundle.folder}, files as the manifest says{signed}"
    found = Finding("bundle", "ok", detail)
    return [found, check_runtime(bundle), check_golden(bundle), check_accelerator(bundle)]


def check_runtime(bundle: Bundle) -> Finding:
    """Build the interpreter and run the model: an import alone proves nothing.

    tflite-runtime with numpy 2 imports and then fails at the first interpreter.
    """
    try:
        import numpy as np  # noqa: PLC0415 - a broken numpy is a finding, not a crash.

        from device.runtimes.litert import TfliteRuntime  # noqa: PLC0415 - as above.

        runtime = TfliteRuntime(bundle)
        spec = bundle.input
        tensor = np.zeros((1, spec.height_px, spec.width_px, spec.channels), spec.dtype)
        runtime.invoke(tensor)
        start_s = time.perf_counter()
        runtime.invoke(tensor)
        invoke_ms = (time.perf_counter() - start_s) * 1000
    except ImportError as error:
        return make_failure("runtime", missing_package_error(error))
    except UsageError as error:
        return make_failure("runtime", error)
    except Exception as error:  # noqa: BLE001 - whatever a broken install raises is the finding.
        detail = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        mend = f"reinstall with `{install_command(anew=True)}`"
        return Finding("runtime", "FAIL", detail, mend)
    return Finding("runtime", "ok", f"{runtime.backend} runs the model in {invoke_ms:.1f} ms")


def check_accelerator(bundle: Bundle) -> Finding:
    """Check whether an Edge TPU is there, and whether the bundle could use it."""
    try:
        from device.runtimes.edgetpu import (  # noqa: PLC0415 - loads the interpreter.
            ROLE,
            NoAcceleratorError,
            library_present,
            open_edgetpu,
        )
    except ImportError as error:
        return make_failure("accelerator", missing_package_error(error))

    if ROLE not in bundle.files:
        here = "the Edge TPU's library is installed, but " if library_present() else ""
        detail = f"{here}the bundle has no Edge TPU model: it runs on the CPU"
        return Finding("accelerator", "warn" if here else "ok", detail, MEND if here else "")
    try:
        open_edgetpu(bundle)
    except (NoAcceleratorError, UsageError) as error:
        finding = make_failure("accelerator", error)
        detail = f"the bundle's Edge TPU model runs on the CPU instead: {finding.detail}"
        return Finding(finding.name, "warn", detail, finding.mend)
    return Finding("accelerator", "ok", "the Edge TPU runs the bundle's model")
