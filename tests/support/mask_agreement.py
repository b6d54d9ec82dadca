"""Whether two folders of alphas hold the same masks.

``python tests/support/mask_agreement.py A B``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def main() -> int:
    """Compare; returns 1 when they differ by more than is allowed or one has no partner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--min-iou", type=float, default=0.995)
    options = parser.parse_args()
    names = sorted(path.name for path in options.first.glob("*.png"))
    if not names or names != sorted(path.name for path in options.second.glob("*.png")):
        print("the two folders do not hold the same pictures", file=sys.stderr)
        return 1
    shares = {name: _overlap(options.first / name, options.second / name) for name in names}
    # Pooled over all pixels, as every IoU here: one cell of a small garment is no other mask.
    pooled = sum(both for both, _ in shares.values()) / sum(one for _, one in shares.values())
    worst = min(shares, key=lambda name: shares[name][0] / shares[name][1])
    print(
        f"{options.second} against {options.first}: {len(names)} masks, IoU {pooled:.4f}, "
        f"worst picture {shares[worst][0] / shares[worst][1]:.4f} ({worst})"
    )
    return 0 if pooled >= options.min_iou else 1


def _overlap(first: Path, second: Path) -> tuple[int, int]:
    """Pixels in both masks and in either, the latter at least one."""
    with Image.open(first) as one, Image.open(second) as other:
        a, b = np.asarray(one.convert("L")) >= 128, np.asarray(other.convert("L")) >= 128
    if a.shape != b.shape:
        return 0, max(a.size, b.size)
    return int((a & b).sum()), max(1, int((a | b).sum()))


if __name__ == "__main__":
    sys.exit(main())
