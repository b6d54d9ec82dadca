"""What gathered while the broker was away, drained by the real daemon over a real broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.backlog import drain

pytestmark = pytest.mark.broker


def test_backlog_is_drained_in_order_and_in_little_memory(tmp_path: Path) -> None:
    """Six hundred shots arrive, each once and in order; `tests.soak.backlog` does ten thousand."""
    drained = drain(tmp_path, shots=600, picture_bytes=60_000)
    assert drained.exit_code == 0
    assert (drained.lost, drained.twice, drained.in_order) == (0, 0, True)
    # The one photo that it shoots takes 25 to 38 MB by itself.
    assert drained.rss_growth_mb < 55
