"""``python -m convert verify BUNDLE``: is this bundle whole, and does it still find its mask."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from convert.bundle.golden import decode_frame, decode_mask, find_mask
from convert.bundle.manifest import CARD_FILE
from convert.bundle.reader import ReadBundle, check_signature, read_bundle
from convert.errors import UsageError
from convert.graph.flatbuffer import Tensor, read_graph
from convert.parity.metrics import mask_iou


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert verify",
        description="Check a bundle: files, model, golden frame and, with --trust, its signature.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument(
        "--trust", type=Path, metavar="PUBKEY", help="require a signature by this public key"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Check and print what was checked; return the exit code 0.

    Raises:
        UsageError: something about the bundle is wrong.
    """
    options = _parser().parse_args(arguments)
    if options.trust:
        check_signature(options.bundle, options.trust)
    bundle = read_bundle(options.bundle)
    checked = [
        f"{len(bundle.files)} files as the manifest says",
        _check_model(bundle),
        _check_golden_frame(bundle),
    ]
    if options.trust:
        checked.append(f"signed by {options.trust}")
    for line in checked:
        print(f"ok    {line}")
    if (bundle.folder / CARD_FILE).is_file():
        print(f"note  {CARD_FILE} is edited by hand and covered by no checksum")
    print(f"bundle {bundle.manifest['id']} version {bundle.manifest['version']} is whole")
    return 0


def _check_model(bundle: ReadBundle) -> str:
    graph = read_graph(bundle.files["cpu"], str(bundle.folder / "its model"))
    auxiliary = bundle.manifest.get("auxiliary", {})
    stated = [("output", bundle.manifest["output"]), *auxiliary.items()]
    if (len(graph.inputs), len(graph.outputs)) != (1, len(stated)):
        raise UsageError(
            f"the model of {bundle.folder} has not one input and {len(stated)} outputs, as its"
            " manifest says: convert the run again"
        )
    _compare_tensor(bundle, "input", bundle.manifest["input"], graph.inputs[0])
    for (side, record), tensor in zip(stated, graph.outputs, strict=True):
        _compare_tensor(bundle, side, record, tensor)
    return f"the model takes and gives what the manifest says ({len(graph.ops)} ops)"


def _compare_tensor(bundle: ReadBundle, side: str, stated: dict[str, Any], tensor: Tensor) -> None:
    shape = (1, stated["height_px"], stated["width_px"], stated["channels"])
    same = tensor.sizes == shape and tensor.dtype.lower() == stated["dtype"]
    if tensor.scales:
        same = same and tensor.zero_points[0] == stated["zero_point"]
        same = same and abs(tensor.scales[0] - stated["scale"]) <= 1e-4 * stated["scale"]
    if not same:
        raise UsageError(
            f"the model of {bundle.folder} has the {side} {tensor.dtype.lower()}{tensor.sizes} and "
            f"the manifest says {stated['dtype']}{shape}: convert the run again"
        )


def _check_golden_frame(bundle: ReadBundle) -> str:
    if "golden frame" not in bundle.files:
        return "it carries no golden frame, so a rig cannot test itself with it"
    model = bundle.load_model()
    frame = decode_frame(bundle.files["golden frame"])
    found = find_mask(model, frame, bundle.run)
    expected = decode_mask(bundle.files["golden mask"])
    iou = mask_iou(found, expected) if found.shape == expected.shape else 0.0
    least_iou = float(bundle.manifest["golden"]["min_iou"])
    if iou < least_iou:
        raise UsageError(
            f"the model of {bundle.folder} finds another mask in the golden frame than the one "
            f"beside it (IoU {iou:.3f}, at least {least_iou} is wanted): convert the run again"
        )
    return f"the golden frame's mask is found again (IoU {iou:.4f})"
