"""What gathered while the broker was away, drained by the real daemon over a real broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.backlog import Drained, drain, make_page

pytestmark = pytest.mark.broker


def test_backlog_is_drained_in_order_and_in_little_memory(tmp_path: Path) -> None:
    """Six hundred shots arrive, each once and in order; `tests.soak.backlog` does ten thousand."""
    drained = drain(tmp_path, shots=600, picture_bytes=60_000)
    assert drained.exit_code == 0
    assert (drained.lost, drained.twice, drained.in_order) == (0, 0, True)
    # The one photo that it shoots takes 25 to 38 MB by itself.
    assert drained.rss_growth_mb < 55


def test_page_has_a_column_for_each_backlog() -> None:
    """Ten thousand small shots and sixty large ones stand side by side."""
    small = Drained(10_001, 460.0, 2.9, 72.0, 97.0, 27.0, 0, 0, in_order=True, exit_code=0)
    large = Drained(61, 414.0, 0.5, 3.9, 98.0, 47.0, 0, 0, in_order=False, exit_code=0)
    page = make_page([small, large], ["--shots", "10000", "60"]).text()
    assert "|  | 10001 shots, 460 MB | 61 shots, 414 MB |" in page
    assert "| delivered after another, s | 72 | 3.9 |" in page
    assert "| in order | yes | no |" in page
