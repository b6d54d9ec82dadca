"""Check that this machine still finds the mask that the model found when it was converted."""

from __future__ import annotations

import io
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from device.bundle.bundle import Bundle, GoldenFrame
from device.checks.finding import Finding, make_failure
from device.cli.missing_package import missing_package_error
from device.errors import UsageError
from device.system.install_command import install_command

if TYPE_CHECKING:
    from device.runtimes.runtime import Runtime

NAME = "golden frame"
MEND = f"reinstall with `{install_command(anew=True)}`, or copy the bundle again"


def check_golden(bundle: Bundle) -> Finding:
    """Run the bundle's golden frame through this machine's decoder, resizer and interpreter."""
    if bundle.golden is None:
        return Finding(NAME, "ok", "none in this bundle: one that is converted anew carries one")
    try:
        from device.runtimes.factory import open_runtime  # noqa: PLC0415 - loads the interpreter.

        runtime, _ = open_runtime(bundle)
        start_s = time.perf_counter()
        iou = measure_golden_iou(bundle, bundle.golden, runtime)
        taken_ms = (time.perf_counter() - start_s) * 1000
    except ImportError as error:
        return make_failure(NAME, missing_package_error(error))
    except UsageError as error:
        return make_failure(NAME, error)
    except Exception as error:  # noqa: BLE001 - whatever a broken install raises is the finding.
        detail = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        return Finding(NAME, "FAIL", detail, MEND)
    detail = f"{iou:.1%} of its mask is found again on {runtime.backend} in {taken_ms:.0f} ms"
    if iou < bundle.golden.min_iou:
        return Finding(NAME, "FAIL", f"only {detail}", MEND)
    return Finding(NAME, "ok", detail)


def measure_golden_iou(bundle: Bundle, golden: GoldenFrame, runtime: Runtime) -> float:
    """Return the intersection over union of the mask found now and the expected one.

    Both are taken before the edge is refined: a later version may refine it otherwise.
    """
    import numpy as np  # noqa: PLC0415 - a broken numpy is a finding, not a crash.
    from PIL import Image  # noqa: PLC0415 - as above.

    from device.imaging.frame import Frame  # noqa: PLC0415 - as above.
    from device.segmentation.decode import dequantise_logits, to_frame  # noqa: PLC0415 - loads OpenCV.
    from device.segmentation.preprocess import prepare  # noqa: PLC0415 - as above.

    with Image.open(io.BytesIO(golden.frame.content)) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.uint8)
    with Image.open(io.BytesIO(golden.mask.content)) as image:
        expected = np.asarray(image.convert("L")) >= 128
    frame = Frame(pixels, "RGB", datetime.now(timezone.utc), 0.0, 0, NAME)
    tensor, box = prepare(frame, bundle.input)
    cells = dequantise_logits(runtime.invoke(tensor), bundle.output)
    found = to_frame(cells, box, bundle.output.stride) > 0
    if found.shape != expected.shape:
        return 0.0
    either = int((found | expected).sum())
    return int((found & expected).sum()) / either if either else 1.0
