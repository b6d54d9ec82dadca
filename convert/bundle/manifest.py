"""What goes into a bundle, and the manifest that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from convert.bundle.golden import MIN_IOU, Golden
from convert.clock import read_file_time
from convert.edgetpu.prediction import count_places, predict_placements
from convert.graph.flatbuffer import Graph, Tensor
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.parity.parity import Parity
from convert.quantisation.recipe import Recipe

FORMAT = "selvedge-bundle"
FORMAT_VERSION = 1
AUXILIARY_VERSION = 2
"""Of bundles with a further output, which readers of version 1 do not expect."""
CARD_FILE = "MODEL_CARD.md"
MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
GOLDEN_FRAME_FILE = "golden.jpg"
GOLDEN_MASK_FILE = "golden_mask.png"
LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into a bundle.

    Attributes:
        name: such as ``garment-256``.
        version: the model's version, chosen by its maker.
        cpu: the int8 TFLite model.
        edgetpu: the same, compiled for the Edge TPU, or None.
        edgetpu_report: what the compiler said, or None.
        graph: what ``cpu`` holds.
        run: the training run.
        calibration: the representative data used.
        recipe: how it was quantised.
        tensorflow: version that converted.
        quality: measured figures; empty when there was nothing labelled.
        model_card: file to copy in; None carries the old bundle's card over.
        reports: further files by name, such as the parity report.
        preparation: what else the manifest says of the recipe: how varied the photos were, what
            the network was fine-tuned on.
        signing_key: private key that signs the manifest, or None.
    """

    name: str
    version: str
    cpu: bytes
    edgetpu: bytes | None
    edgetpu_report: dict[str, Any] | None
    graph: Graph
    run: Run
    calibration: RepresentativeDataset
    recipe: Recipe
    tensorflow: str
    quality: list[Parity]
    model_card: Path | None
    reports: Mapping[str, bytes] = field(default_factory=dict)
    preparation: Mapping[str, Any] = field(default_factory=dict)
    signing_key: Path | None = None

    @property
    def cpu_file(self) -> str:
        """Name of the model for the CPU."""
        return self.recipe.file_name

    @property
    def edgetpu_file(self) -> str:
        """Name of the compiled model, with the suffix that Coral's tools know."""
        return f"{Path(self.cpu_file).stem}_edgetpu.tflite"


def describe(contents: Contents, golden: Golden | None) -> dict[str, Any]:
    """Compose manifest.json.

    Args:
        contents: what the bundle holds.
        golden: its golden frame, if it has one.

    Returns:
        The manifest: the names and sha256 of all files but itself, its signature and the model
        card, which is edited by hand; and all that the device must know.
    """
    run, source = contents.run, contents.calibration.source
    files = {"cpu": _describe_file(contents.cpu_file, contents.cpu)}
    if contents.edgetpu is not None:
        files["edgetpu"] = _describe_file(contents.edgetpu_file, contents.edgetpu)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": f"{contents.name}-{files['cpu']['sha256'][:8]}",
        "name": contents.name,
        "version": contents.version,
        "created": read_file_time().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": files,
        "input": {
            **_describe_tensor(contents.graph.inputs[0]),
            "colour_order": "RGB",
            "normalisation": {"mean": run.mean, "std": run.std},
            "letterbox_fill": list(run.letterbox_fill),
        },
        "output": {
            **_describe_tensor(contents.graph.outputs[0]),
            "stride": run.height_px // contents.graph.outputs[0].shape[1],
            "meaning": "garment_logit",
        },
        "classes": run.classes,
        "recipe": {
            **contents.recipe.manifest_entry(),
            **contents.preparation,
            "representative_dataset": {
                "name": source.name,
                "pictures": len(source.pictures),
                "sha256": source.hash_pictures(),
            },
            "tensorflow": contents.tensorflow,
        },
        "quality": _describe_quality(contents.quality),
        "training": run.training,
        "licence": LICENCE,
    }
    if contents.edgetpu_report is not None:
        manifest["edgetpu_compiler"] = contents.edgetpu_report
    if contents.recipe.int8:
        manifest["edgetpu_prediction"] = count_places(predict_placements(contents.graph))
    if contents.reports:
        manifest["reports"] = {
            name: _describe_file(name, data) for name, data in contents.reports.items()
        }
    if golden is not None:
        manifest["golden"] = {
            "frame": _describe_file(GOLDEN_FRAME_FILE, golden.frame),
            "mask": _describe_file(GOLDEN_MASK_FILE, golden.mask),
            "min_iou": MIN_IOU,
            "source": golden.source,
        }
    return manifest


def _describe_file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}


def _describe_tensor(tensor: Tensor) -> dict[str, Any]:
    _, height, width, channels = tensor.shape
    return {
        "height_px": height,
        "width_px": width,
        "channels": channels,
        "dtype": tensor.dtype.lower(),
        # A float model has neither.
        **({"scale": tensor.scales[0]} if tensor.scales else {}),
        **({"zero_point": tensor.zero_points[0]} if tensor.scales else {}),
    }


def _describe_quality(results: list[Parity]) -> dict[str, Any]:
    """The first data set's figures in front, those of further ones under ``more``."""
    records = [
        {
            "dataset": result.dataset,
            "pictures": result.pictures,
            **{name: asdict(scores) for name, scores in result.scores.items()},
            "agreement": result.agreement,
        }
        for result in results
    ]
    if not records:
        return {}
    return {**records[0], **({"more": records[1:]} if records[1:] else {})}
