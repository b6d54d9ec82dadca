"""Training samples of a small landscape network, for tests and for processes that they start."""

from __future__ import annotations

from typing import Any

from train.datasets.dataset import Dataset
from train.inputs.samples import Samples
from train.network.architecture import Architecture
from train.runs.plan import Source

ARCHITECTURE = Architecture(64, 96, width_multiplier=0.35)


def make_samples(dataset: Dataset, **options: Any) -> Samples:
    """Build samples in batches of four that show each training picture twice an epoch."""
    return Samples([Source(dataset, 2)], ARCHITECTURE, batch_size=4, seed=3, **options)
