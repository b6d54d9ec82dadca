"""What can be evaluated: a run, as trained, or a bundle, as the rig's runtime runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from train.datasets.dataset import Dataset
from train.errors import UsageError
from train.evaluation.bundle_manifest import Manifest, read_bundle
from train.evaluation.bundle_model import BundleModel
from train.json_file import read_json
from train.runs.run_folder import RunFolder

if TYPE_CHECKING:
    from train.evaluation.evaluate import Masker


@dataclass(frozen=True, slots=True)
class Subject:
    """A run or a bundle whose manifest is sound.

    Attributes:
        path: its folder.
        id: as its manifest says.
        run: the run, else None.
        bundle: the bundle's manifest, else None.
        trained_on: stems of its training pictures, by data set; a bundle does not list them.
    """

    path: Path
    id: str
    run: RunFolder | None = None
    bundle: Manifest | None = None
    trained_on: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Short name for tables: the folder's."""
        return self.path.resolve().name

    @property
    def kind(self) -> str:
        """``run`` or ``bundle``."""
        return "bundle" if self.run is None else "run"

    def load_masker(self) -> Masker:
        """Load the model, which takes seconds, to make masks with it."""
        from train.evaluation.evaluate import make_logits_masker, make_network_masker  # noqa: PLC0415 - only when run

        if self.bundle is not None:
            return make_logits_masker(BundleModel(self.bundle).infer_frame)
        if self.run is None:
            raise ValueError("neither a run nor a bundle")
        return make_network_masker(
            self.run.load_model().predict_on_batch, self.run.read_architecture()
        )

    def count_trained_on(self, dataset: Dataset, split: str) -> int:
        """Count the pictures of a split that the model was trained on; 0 as far as is known."""
        known = self.trained_on.get(dataset.name, frozenset())
        return sum(entry.stem in known for entry in dataset.select(split))


def recognise(path: Path) -> Subject:
    """Recognise a folder by the manifest in it, and check that it can be evaluated.

    Raises:
        UsageError: neither a run nor a bundle, or one that is damaged, unfinished or newer.
    """
    if (path / "manifest.json").is_file():
        bundle = read_bundle(path)
        return Subject(path, bundle.id, bundle=bundle)
    run = RunFolder(path)
    if not run.manifest.is_file():
        raise UsageError(
            f"{path} is not a run or a bundle: it has no run.json (see train fit) and no "
            "manifest.json (see convert)"
        )
    manifest = run.read_manifest()
    run.read_architecture()
    if not run.model.is_file():
        raise UsageError(f"{path} has no model.keras: finish its training first")
    return Subject(
        path, str(manifest.get("id", path.name)), run, trained_on=_read_trained_stems(run)
    )


def _read_trained_stems(run: RunFolder) -> dict[str, frozenset[str]]:
    if not run.splits.is_file():
        return {}
    try:
        splits = read_json(run.splits)
        return {name: frozenset(split["train"]) for name, split in splits.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{run.splits} is damaged: train it again") from error
