"""The soak's own figures: lost shots, and whether memory grows."""

from __future__ import annotations

import numpy as np
import pytest

from tests.soak.report import Report, Slope, acknowledgements, slope
from tests.soak.studio import Life

_LOG = """
1: Received PUBLISH from selvedge-soak (d0, q1, r0, m1, 'selvedge/soak/cutout/A', ... (9 bytes))
1: Sending PUBLISH to subscriber (d0, q1, r0, m1, 'selvedge/soak/cutout/A', ... (9 bytes))
1: Received PUBLISH from selvedge-soak (d0, q1, r0, m2, 'selvedge/soak/cutout/B', ... (9 bytes))
1: Sending PUBACK to selvedge-soak (m1, rc0)
2: mosquitto version 2.0.11 starting
2: Received PUBLISH from selvedge-soak (d0, q1, r0, m2, 'selvedge/soak/cutout/C', ... (9 bytes))
2: Sending PUBACK to selvedge-soak (m2, rc0)
2: Received PUBLISH from selvedge-soak (d0, q1, r0, m3, 'selvedge/soak/cutout/A', ... (9 bytes))
2: Sending PUBACK to selvedge-soak (m3, rc0)
2: Received PUBLISH from selvedge-soak (d0, q1, r0, m4, 'selvedge/soak/shot/C', ... (9 bytes))
2: Sending PUBACK to selvedge-soak (m4, rc135)
"""


def test_only_what_the_broker_acknowledged_counts() -> None:
    """A message received by a broker that then died, or refused it, was not acknowledged."""
    assert acknowledgements(_LOG) == {"cutout/A": 2, "cutout/C": 1}


@pytest.mark.parametrize("mb_per_min", [0.0, 2.0])
def test_leak_shows_through_noise(mb_per_min: float) -> None:
    """A leak of two megabytes a minute shows beside noise of five, and none does not."""
    noise = np.random.default_rng(1).normal(0, 5, 3000)
    life = Life()
    for second in range(720):
        leaked = mb_per_min * second / 60
        warm_up = 60 * np.exp(-second / 10)
        size = round((150 + leaked - warm_up + noise[second]) * 1e6)
        life.rss.append((life.started_s + second, size))
    found = slope(life)
    assert found is not None
    assert abs(found.mb_per_min - mb_per_min) < 4 * found.standard_error < 1


def test_table_keeps_the_rigs_losses_apart_from_the_brokers() -> None:
    """A page that adds both up would blame the rig for what mosquitto forgot."""
    found = Report(
        *(22.0, 3, 2, 1, 0, ("sku00001_front",), ("sku00002_front",), (), 4),
        faults={"broker killed": 2},
        slope=Slope(0.18, 0.17, 11.0),
        peak_mb=168.0,
        first_preview_s=(0.4, 1.5),
        exit_code=0,
    )
    rows = found.table().splitlines()
    assert "| lost by the rig | 1 |" in rows
    assert "| acknowledged and lost by the broker | 1 |" in rows
    assert "| first preview after a start | 0.4 to 1.5 s |" in rows
    assert any("slope +0.180 ± 0.170 MB/min" in row for row in rows)
