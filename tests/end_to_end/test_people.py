"""A photographed person, by the shipped bundle."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.imaging.photo import read_photo
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.settings.verdict import VerdictSettings
from tests.support.programs import ROOT


def test_the_shipped_bundle_tells_people_from_forms() -> None:
    """The portrait that matplotlib comes with shows somebody; dressed forms do not."""
    bundle = load_bundle(default_bundle_path())
    pipeline = Pipeline(bundle, open_runtime(bundle)[0])

    def measure(path: Path) -> float:
        people = pipeline.preview(read_photo(path)).people
        assert people is not None
        return float(np.mean(people.inside > 0))

    portrait = measure(Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg")
    forms = [measure(path) for path in sorted(ROOT.glob("calibration_images/images/*.jpg"))[::8]]
    limits = VerdictSettings()
    assert limits.shows_somebody(portrait)
    assert len(forms) > 5
    assert not any(limits.shows_somebody(share) for share in forms)
