"""The folder that training writes and conversion reads."""

from __future__ import annotations

import importlib.metadata
import platform
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from train.clock import read_file_time
from train.errors import UsageError
from train.field_rules import (
    check_fields,
    colour,
    count,
    counts,
    flag,
    mapping,
    number,
    one_of,
    positive,
    text,
)
from train.json_file import read_json
from train.network.architecture import (
    CLASSES,
    LETTERBOX_FILL,
    LOGITS_STRIDE,
    NORMALISATION_MEAN,
    NORMALISATION_STD,
    Architecture,
)
from train.runs.schedule import Schedule

if TYPE_CHECKING:
    import keras

FORMAT = "selvedge-run"
FORMAT_VERSION = 1
_FIX = "train it again"
_RULES = (
    text("id"),
    count("architecture.input_height_px"),
    count("architecture.input_width_px"),
    one_of("architecture.output_stride", 16, 8),
    counts("architecture.atrous_rates"),
    positive("architecture.width_multiplier"),
    flag("architecture.batch_norm"),
    number("normalisation.mean"),
    positive("normalisation.std"),
    one_of("colour_order", "RGB"),
    colour("letterbox_fill"),
    mapping("classes"),
)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths in a run's folder.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def model(self) -> Path:
        """The weights to use: of the epoch with the best validation garment IoU."""
        return self.path / "model.keras"

    @property
    def checkpoints(self) -> Path:
        """Whole states to resume from, one folder each."""
        return self.path / "checkpoints"

    @property
    def plan(self) -> Path:
        """What resuming needs: data sets, network, schedule, initial weights."""
        return self.path / "plan.json"

    @property
    def history(self) -> Path:
        """One CSV row per epoch."""
        return self.path / "history.csv"

    @property
    def metrics(self) -> Path:
        """The kept weights' figures on the validation split."""
        return self.path / "metrics.json"

    @property
    def manifest(self) -> Path:
        """How the run was made: run.json."""
        return self.path / "run.json"

    @property
    def splits(self) -> Path:
        """Which pictures were trained on and which were kept apart."""
        return self.path / "splits.json"

    def read_manifest(self) -> dict[str, Any]:
        """Read run.json.

        Raises:
            UsageError: the folder is not a run, is damaged, or of a newer version.
        """
        if not self.manifest.is_file():
            raise UsageError(f"{self.path} is not a run: it has no run.json (see train fit)")
        try:
            manifest = read_json(self.manifest)
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.manifest} is damaged: {error}") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise UsageError(f"{self.manifest} is not a Selvedge run: train one with train fit")
        check_fields(self.manifest, manifest, (count("format_version"),), _FIX)
        if manifest["format_version"] > FORMAT_VERSION:
            raise UsageError(f"{self.path} was made by a newer Selvedge: update this one")
        check_fields(self.manifest, manifest, _RULES, _FIX)
        _refuse_other_input(self.manifest, manifest)
        return manifest

    def read_architecture(self) -> Architecture:
        """Read the architecture from run.json; see `read_manifest`."""
        given = self.read_manifest()["architecture"]
        return Architecture(
            input_height_px=given["input_height_px"],
            input_width_px=given["input_width_px"],
            output_stride=given["output_stride"],
            atrous_rates=tuple(given["atrous_rates"]),
            width_multiplier=given["width_multiplier"],
            batch_norm=given["batch_norm"],
        )

    def load_model(self) -> keras.Model:
        """Load the trained model for inference.

        Raises:
            UsageError: the model file is missing or damaged, or its weights are no numbers.
        """
        import keras  # noqa: PLC0415 - seconds to import, and the readers above need none of it

        if not self.model.is_file():
            raise UsageError(f"{self.path} has no model.keras: finish its training first")
        try:
            model = keras.saving.load_model(self.model, compile=False)
        except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise UsageError(f"{self.model} is damaged: train it again") from error
        broken = [layer.name for layer in model.layers if not _has_finite_weights(layer)]
        if broken:
            others = f" and {len(broken) - 1} more layers" if len(broken) > 1 else ""
            raise UsageError(
                f"{self.model} has weights in {broken[0]}{others} that are no numbers (NaN or "
                "infinite): its training diverged, so train into a new folder with a lower "
                "--learning-rate"
            )
        return model


def _has_finite_weights(layer: keras.Layer) -> bool:
    return all(bool(np.isfinite(array).all()) for array in layer.get_weights())


def _refuse_other_input(path: Path, manifest: dict[str, Any]) -> None:
    """Refuse a network that was trained on other input than this version feeds it.

    Raises:
        UsageError: says which value differs.
    """
    normalisation, fill = manifest["normalisation"], manifest["letterbox_fill"]
    for place, found, own in (
        ("normalisation.mean", normalisation["mean"], NORMALISATION_MEAN),
        ("normalisation.std", normalisation["std"], NORMALISATION_STD),
        ("letterbox_fill", fill, list(LETTERBOX_FILL)),
    ):
        if found != own:
            raise UsageError(
                f"{path} has {place} = {found}, this version trains with {own}: {_FIX}"
            )


def describe(
    *,
    architecture: Architecture,
    schedule: Schedule,
    init: dict[str, Any],
    command: str,
    data: list[dict[str, Any]],
) -> dict[str, Any]:
    """Describe a run for run.json: how it was made, and what a converter must know."""
    import keras  # noqa: PLC0415 - only for its version

    now, backend = read_file_time(), keras.backend.backend()
    name = f"{architecture.input_height_px}x{architecture.input_width_px}"
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": f"deeplabv3plus-{name}-{now:%Y%m%dT%H%M%SZ}",
        "created": now.isoformat(timespec="seconds"),
        "architecture": {
            "name": "deeplabv3plus-mobilenetv2",
            **asdict(architecture),
            "logits_stride": LOGITS_STRIDE,
        },
        "schedule": asdict(schedule),
        "normalisation": {"mean": NORMALISATION_MEAN, "std": NORMALISATION_STD},
        "colour_order": "RGB",
        "letterbox_fill": list(LETTERBOX_FILL),
        "classes": CLASSES,
        "init": init,
        "seed": schedule.seed,
        "command": command,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            backend: importlib.metadata.version(backend),
        },
        "data": data,
    }
